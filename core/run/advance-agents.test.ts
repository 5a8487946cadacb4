import assert from 'node:assert/strict';
import { it } from 'node:test';
import { respond, start, types, world, type TestWorld } from './decide.fixtures.ts';

it('a step fails where its agent is registered in another version than it takes, a start at once', () => {
  const steps = '  a: { agent: designer }\n  b: { agent: "builder@^1", needs: [a] }\n';
  const w = world(`name: f\nversion: "1.0.0"\nsteps:\n${steps}`);
  const inVersion = (version: string): TestWorld => {
    const builder = { name: 'builder', version, onRedelivery: 'once' } as const;
    return { ...w, agents: new Map([...w.agents, ['builder', builder]]) };
  };
  const { run } = start(w, {});
  const within = respond(inVersion('1.9.0'), run, 'a', 1, 1);
  assert.deepEqual(types(within.events).slice(1), ['step.dispatched b 1']);
  const later = respond(inVersion('2.0.0'), run, 'a', 1, 1);
  assert.deepEqual(types(later.events).slice(1), ['step.failed b', 'run.failed b WF_UNKNOWN_AGENT']);
  const atOnce = start(inVersion('2.0.0'), {});
  assert.deepEqual(types(atOnce.events), ['run.started', 'run.failed  WF_UNKNOWN_AGENT']);
  const ended = atOnce.events.at(-1);
  assert.ok(ended?.type === 'run.failed');
  assert.match(
    ended.failure.message,
    /^step 'b' names agent 'builder@\^1', which is registered in version 2\.0\.0; expected a version in that range\. /,
  );
});
