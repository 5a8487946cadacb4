import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reduceTemplate } from './reduce-template.ts';

describe('a reduced template', () => {
  const template = {
    Resources: {
      Cluster: { Type: 'AWS::MSK::Cluster', Properties: { Name: 'c' } },
      Policy: {
        Type: 'AWS::IAM::Policy',
        DependsOn: ['Cluster', 'Role'],
        Properties: {
          On: { 'Fn::GetAtt': ['Cluster', 'Arn'] },
          Of: { Ref: 'Role' },
          To: [{ Ref: 'Cluster' }],
        },
      },
      Role: { Type: 'AWS::IAM::Role', DependsOn: 'Cluster' },
    },
    Outputs: { Arn: { Value: { 'Fn::GetAtt': 'Cluster.Arn' }, Export: { Name: 'arn' } } },
  };

  it('keeps every resource of another type, and what they say of each other', () => {
    const { Resources } = reduceTemplate(template, new Set(['AWS::MSK::Cluster']));
    assert.deepEqual(Object.keys(Resources), ['Policy', 'Role']);
    assert.deepEqual(Resources.Policy?.DependsOn, ['Role']);
    assert.equal(Resources.Role?.DependsOn, undefined);
    assert.deepEqual(Resources.Policy?.Properties?.Of, { Ref: 'Role' });
  });

  it('has a text wherever one that is gone was meant', () => {
    const reduced = reduceTemplate(template, new Set(['AWS::MSK::Cluster']));
    const arn = 'arn:aws:kafka:us-east-1:123456789012:cluster/Cluster/Arn';
    assert.equal(reduced.Resources.Policy?.Properties?.On, arn);
    assert.deepEqual(reduced.Resources.Policy?.Properties?.To, [arn.replace(/Arn$/, 'Ref')]);
    assert.deepEqual(reduced.Outputs, { Arn: { Value: arn, Export: { Name: 'arn' } } });
  });

  it('is the same where nothing is left out', () => {
    assert.deepEqual(reduceTemplate(template, new Set()).Outputs, template.Outputs);
  });
});
