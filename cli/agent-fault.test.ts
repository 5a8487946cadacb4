import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { agentFault } from './agent-fault.ts';
import { root } from './spawn.fixture.ts';

const file = join(root, 'agents/sample/agent.ts');

function errorOf(message: string, stack: string): Error {
  const error = new Error(message);
  error.stack = stack;
  return error;
}

describe('an error of an agent', () => {
  it('is known by what Node says of code that does not load, and told with its place', () => {
    const unloadable: readonly (readonly [Error, RegExp])[] = [
      [
        errorOf(
          'Unexpected token',
          `file://${file}:7\nexport const = {\n\nSyntaxError: Unexpected token\n    at node:x:1:1`,
        ),
        /Unexpected token\ngot: an error at agents\/sample\/agent\.ts:7$/,
      ],
      [
        errorOf(
          `Cannot find package 'nope' imported from ${file}`,
          `Error: Cannot find package 'nope' imported from ${file}\n    at node:x:1:1`,
        ),
        /Cannot find package 'nope' .*\ngot: an error at agents\/sample\/agent\.ts$/,
      ],
      [
        errorOf(
          'stray',
          `Error: stray\n    at Object.run (file://${file}:12:5)\n    at file://${root}/cli/main.ts:1:1`,
        ),
        /stray\ngot: an error at agents\/sample\/agent\.ts:12$/,
      ],
      // The registry is generated: it is no place where anybody could mend something.
      [
        errorOf(
          "The requested module './sample/agent.ts' does not provide an export named 'agent'",
          `file://${root}/agents/registry.ts:5\nimport { agent } from './sample/agent.ts';\n         ^^^^^\nSyntaxError: The requested module`,
        ),
        /named 'agent'\ngot: an error at agents\/sample\/agent\.ts$/,
      ],
      [
        errorOf(
          'agents/sample/agent.ts exports no agent: got undefined',
          `Error: agents/sample/agent.ts exports no agent: got undefined\n    at registryOf (file://${root}/core/agent/registry-of.ts:20:15)\n    at file://${root}/agents/registry.ts:10:40`,
        ),
        /got undefined\ngot: an error at agents\/sample\/agent\.ts$/,
      ],
      [
        errorOf('of the registry', `Error: of the registry\n    at file://${root}/agents/registry.ts:10:40`),
        /of the registry\ngot: an error at agents\/registry\.ts:10$/,
      ],
    ];
    for (const [error, expected] of unloadable) {
      const fault = agentFault(error);
      assert.equal(fault?.code, 'AGENT_BROKEN');
      assert.match(fault.message, expected);
    }
  });

  it('is no error that began elsewhere', () => {
    assert.equal(agentFault(new Error('ours')), undefined);
    assert.equal(agentFault('text'), undefined);
  });
});
