import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildTestSystem } from '../fixtures/system.ts';

describe('a function that a clock starts', () => {
  const { topology, templateOf } = buildTestSystem();
  const template = templateOf('orchestration');

  it('is not started again by Lambda for a minute that is over', () => {
    const scheduled = topology.functions.filter((spec) => spec.scheduled);
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', scheduled.length);
    for (const { name } of scheduled) {
      const [id] = Object.keys(
        template.findResources('AWS::Lambda::Function', {
          Properties: { FunctionName: `baton-dev-${name}` },
        }),
      );
      assert.ok(id !== undefined, name);
      template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
        FunctionName: { Ref: id },
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      });
    }
  });
});
