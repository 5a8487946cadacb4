import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KnownAgents } from './agent-ref.ts';
import { parseWorkflow } from './parse.ts';
import { toldOf } from './told.fixtures.ts';

const text = (agent: string): string =>
  `name: a\nversion: "1.0.0"\nsteps:\n  a:\n    agent: ${JSON.stringify(agent)}\n`;

const told = (agent: string, agents?: KnownAgents): readonly string[] =>
  toldOf(parseWorkflow(text(agent), agents === undefined ? {} : { agents }));

describe('the agent of a step', () => {
  it('is a name, or a name and a range', () => {
    const agentOf = (agent: string) => {
      const parsed = parseWorkflow(text(agent));
      const [step] = parsed.ok ? parsed.value.steps : [];
      return step?.kind === 'agent' ? step.agent : undefined;
    };
    assert.deepEqual(agentOf('x'), { name: 'x' });
    assert.deepEqual(agentOf('x@^1.2'), { name: 'x', range: '^1.2' });
  });

  it('is refused where it is neither', () => {
    const names = (value: string, hint: string): readonly string[] => [
      `WF_AGENT_REF 5:12 /steps/a/agent '${value}' does not name an agent; name or name@range, e.g. app-designer or app-designer@^1.2; ${hint}`,
    ];
    const lower = 'names are lower case with - between words';
    for (const value of ['', 'X', '@1', '@', 'X@1']) assert.deepEqual(told(value), names(value, lower));
    for (const value of ['x@', 'x@one'])
      assert.deepEqual(told(value), names(value, 'correct the range after @'));
  });

  it('is looked for among those that are registered; twenty of them are named, in their order', () => {
    const letters = [...'zyxwvutsrqponmlkjihgf'];
    const agents = new Map(letters.map((letter) => [`agent-${letter}`, { version: '1.5.0' }]));
    const twenty = [...letters]
      .reverse()
      .slice(0, 20)
      .map((letter) => `agent-${letter}`);
    assert.deepEqual(told('unlike-them@1', agents), [
      `WF_UNKNOWN_AGENT 5:13 /steps/a/agent unknown agent 'unlike-them'; a registered agent: ${twenty.join(', ')}; add a folder agents/unlike-them: CONTRIBUTING.md lists its files`,
    ]);
    const parsed = parseWorkflow(text('unlike-them@1'), { agents });
    assert.deepEqual(parsed.ok ? [] : parsed.problems.map(({ at }) => at.endColumn), [24], 'the name alone');
    assert.deepEqual(told('agent-z@^1.4', agents), []);
    assert.deepEqual(told('agent-z@^2', agents), [
      "WF_AGENT_VERSION 5:13 /steps/a/agent agent 'agent-z' has version 1.5.0, not in '^2'; a range that contains 1.5.0; change the range, or register another version of the agent",
    ]);
  });
});
