import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildTestSystem } from '../fixtures/system.ts';
import { dev, prod, profileOf, type Profile } from '../profiles.ts';
import { problemsOf } from './check-system.ts';
import { problemText } from './problem.ts';
import { checkZones } from './zones.ts';

const zones = (profile: string, availabilityZones: unknown): Profile => profileOf((key) => ({ profile, availabilityZones })[key]); // prettier-ignore
const saidOf = (profile: Profile) => checkZones(profile).map(problemText).join('\n');

describe('zones', () => {
  it('are those that the deployer names, and their number follows', () => {
    for (const value of ['us-west-1a, us-west-1c', ['us-west-1a', 'us-west-1c']]) {
      const template = buildTestSystem({ profile: zones('dev', value) }).templateOf('network');
      const subnets = Object.values(template.findResources('AWS::EC2::Subnet') as Readonly<Record<string, { Properties: { AvailabilityZone: unknown } }>>); // prettier-ignore
      const named = subnets.map(({ Properties: { AvailabilityZone } }) => AvailabilityZone);
      assert.deepEqual(named, ['us-west-1a', 'us-west-1c', 'us-west-1a', 'us-west-1c']);
    }
    const { brokers, ...kafka } = prod.kafka as Extract<Profile['kafka'], { type: 'msk-provisioned' }>;
    const two: Profile = { ...zones('prod', 'us-west-1a,us-west-1c'), kafka: { ...kafka, brokers: brokers + 1 } }; // prettier-ignore
    const { app, topology, templateOf } = buildTestSystem({ profile: two });
    assert.deepEqual(problemsOf(app, { topology, profile: two, manifests: [] }), []);
    templateOf('network').resourceCountIs('AWS::EC2::NatGateway', 2);
  });

  it('fit the profiles as they are', () => {
    assert.deepEqual([dev, prod].flatMap(checkZones), []);
  });

  it('that brokers or copies do not fit fail the synth, with what would', () => {
    const two = zones('prod', 'us-west-1a,us-west-1c');
    assert.match(
      saidOf(two),
      /spread over the zones: got 3 brokers in 2 zones, expected a multiple of 2\. Give/,
    );
    const { app, topology } = buildTestSystem({ profile: two });
    assert.equal(problemsOf(app, { topology, profile: two, manifests: [] }).length, 1);
    assert.match(saidOf({ ...dev, replicationFactor: 3 }), /got 3 copies, 2 brokers, expected at least 3/);
    assert.match(saidOf(zones('dev', 'us-west-1a')), /no cluster in as many zones: got 1, expected 2 or 3/);
    assert.match(saidOf({ ...zones('dev', 'us-west-1a'), kafka: { type: 'msk-serverless' } }), /too few zones: got 1/); // prettier-ignore
  });

  it('that are no zones, or told twice, fail it too', () => {
    for (const value of ['us-west-1a,us-west-1a', 'us-west-1a,us-west-2a', 'a,c'])
      assert.match(saidOf(zones('dev', value)), /zones cannot be used: got .*, expected names of different/);
    const network = { vpcId: 'vpc-1', zones: ['us-west-1a', 'us-west-1c'], privateSubnetIds: ['subnet-1', 'subnet-2'] }; // prettier-ignore
    assert.match(saidOf({ ...zones('dev', 'us-west-1a,us-west-1c'), network }), /zones are told twice/);
  });
});
