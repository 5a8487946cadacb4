/** Letter W, what only shows where a workflow is registered: the same version with other content. */
import assert from 'node:assert/strict';
import { afterEach, describe } from 'node:test';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { registerWorkflow } from '#functions/setup/register-workflow.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, openEngine, type Engine } from '#tests/engine/engine.ts';
import { assertSentence } from './error-contract.ts';
import { row } from './rows.ts';

const open: Engine[] = [];
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
});

describe('bad versions', () => {
  row(
    'W33',
    'the same version with other content is WF_VERSION_CONFLICT, and nothing is stored',
    async () => {
      const e = await openEngine({ workflow: chain, agents: { worker: (task) => completed(task.input) } });
      open.push(e);
      const { definitions } = e.store;
      const before = await definitions.list();
      const edited = parseWorkflow(chain.replace('outputs:', 'description: edited\noutputs:'));
      assert.ok(edited.ok);
      const refused = await registerWorkflow(definitions, edited.value, { activate: true });
      assert.ok(!refused.ok);
      assertSentence(refused.problem, 'WF_VERSION_CONFLICT');
      assert.match(refused.problem.message, /sha256:[^]*Raise 'version'/);
      assert.deepEqual(await definitions.list(), before);
    },
  );
});
