import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AgentRegistry } from '#core/agent/contract.ts';
import { type AgentModules, loadWithin } from './agent-code.ts';
import { CliError } from './problem.ts';

const registry: AgentRegistry = new Map();
const loaded: AgentModules = {
  names: ['one', 'two', 'three'],
  registry: () => Promise.resolve({ registry }),
  agent: () => Promise.resolve({}),
};
const never = (): Promise<never> => new Promise(() => undefined);
/** Their time is over as soon as all is done that waits for nobody. */
const timers = { after: (_: number, run: () => void) => (setImmediate(run), () => undefined) };

/** The whole of what is said. */
async function saidOf(modules: Partial<AgentModules>): Promise<string> {
  const error: unknown = await loadWithin(timers, { ...loaded, ...modules }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof CliError, 'it is told as a problem');
  const { code, exit, message, expected, hint } = error.problem;
  assert.deepEqual([code, exit], ['AGENT_BROKEN', 1]);
  assert.ok(expected !== undefined && hint !== undefined, 'in four parts');
  return message;
}

describe('the code of the agents', () => {
  it('is the registry', async () => {
    assert.equal(await loadWithin(timers, loaded), registry);
  });

  it('that does not finish loading is told by those agents that did not', async () => {
    const says = (got: string): string =>
      `the code of an agent does not finish loading\ngot: nothing after 10 s from ${got}`;
    const agent = (name: string) => (name === 'two' ? never() : loaded.agent(name));
    assert.equal(await saidOf({ registry: never, agent }), says('agents/two/agent.ts'));
    assert.equal(
      await saidOf({ registry: never, agent: never, names: ['one', 'two'] }),
      says('agents/one/agent.ts, agents/two/agent.ts'),
    );
    // It came in between, or waits for something that no agent imports.
    assert.equal(
      await saidOf({ registry: never }),
      says('one of agents/one/agent.ts, agents/two/agent.ts, agents/three/agent.ts'),
    );
  });

  it('that throws what is no error is told by the agent that throws the same again', async () => {
    const thrown = { odd: true };
    // As `throw` does in a module.
    const fails = (reason: unknown) => async (): Promise<never> => {
      await Promise.resolve();
      throw reason;
    };
    const agent = (name: string) =>
      name === 'three' ? fails(thrown)() : name === 'one' ? fails('another')() : never();
    assert.equal(
      await saidOf({ registry: fails(thrown), agent }),
      'the code of an agent does not work: it threw an object with keys odd\ngot: what is no Error at agents/three/agent.ts',
    );
    assert.match(await saidOf({ registry: fails(null) }), /it threw null\ngot: .+ at one of agents\/one\//);
  });

  it('that throws an error without a place is told by its agent, with the error as its cause', async () => {
    const bare = new Error('bare');
    bare.stack = 'Error: bare';
    const modules = { ...loaded, registry: () => Promise.reject(bare), agent: () => Promise.reject(bare) };
    assert.match(
      await saidOf({ ...modules, names: ['one'] }),
      /bare\ngot: an error at agents\/one\/agent\.ts$/,
    );
    await assert.rejects(loadWithin(timers, modules), (error: Error) => error.cause === bare);
  });
});
