import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { outputSchema } from '#core/agent/answer-schema.ts';
import { missingMember } from '#core/workflow/schema-members.ts';
import { knownAgents } from './known-agents.ts';

describe('the agents that a workflow may name', () => {
  it('say which keys their output cannot have', async () => {
    const output = (await knownAgents()).get('app-designer')?.output?.();
    assert.ok(output);
    assert.equal(missingMember(output, ['name']), undefined);
    assert.equal(missingMember(output, ['nname'])?.index, 0);
    assert.equal(missingMember(output, ['services', '0', 'nname'])?.index, 2);
  });

  it('say only what is certain of what their schema does in code', () => {
    const open = [
      z.looseObject({ a: z.string() }),
      z.record(z.string(), z.string()),
      z.object({ a: z.string() }).and(z.object({ x: z.string() })),
      z.object({ a: z.string() }).transform((value) => ({ ...value, x: '' })),
      z.unknown(),
      z.custom<{ x: string }>(),
    ];
    for (const schema of open) assert.equal(missingMember(outputSchema(schema) ?? {}, ['x']), undefined);
    // What the schema does not name is taken away from what the agent returned.
    assert.ok(missingMember(outputSchema(z.object({ a: z.string() })) ?? {}, ['x']));
  });
});
