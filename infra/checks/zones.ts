/** Zones that brokers, their copies and the network can share; MSK refuses others, half an hour into a deployment. */
import { type Profile } from '../profiles.ts';
import { type Problem } from './problem.ts';

/** Of a profile whose cluster is made here. Source: Amazon MSK Developer Guide, "Create a provisioned cluster". */
export function checkZones(profile: Profile): readonly Problem[] {
  const { kafka, network, availabilityZones = [], replicationFactor } = profile;
  const zones = network?.zones.length ?? profile.zones;
  const found: Omit<Problem, 'at'>[] = [];
  if (network !== undefined && availabilityZones.length > 0)
    found.push({
      what: 'the zones are told twice',
      got: `availabilityZones ${availabilityZones.join()} and those of the network`,
      expected: 'the zones of the network alone, where it is there already',
      fix: 'Take -c availabilityZones=… away.',
    });
  const names = new Set(availabilityZones);
  const regions = new Set(availabilityZones.map((zone) => zone.slice(0, -1)));
  const wellNamed = availabilityZones.every((zone) => /^[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/.test(zone));
  if (names.size < availabilityZones.length || regions.size > 1 || !wellNamed)
    found.push({
      what: 'the zones cannot be used',
      got: availabilityZones.join(),
      expected: 'names of different zones of one region, such as us-west-1a,us-west-1c',
      fix: 'Correct -c availabilityZones=…; aws ec2 describe-availability-zones tells them.',
    });
  if (kafka.type === 'msk-serverless' && zones < 2)
    found.push({
      what: 'the cluster has too few zones',
      got: `${zones}`,
      expected: 'at least 2',
      fix: 'Name more in -c availabilityZones=….',
    });
  if (kafka.type === 'msk-provisioned') found.push(...ofBrokers(kafka.brokers, zones, replicationFactor));
  return found.map((problem) => ({ at: `profile ${profile.name}`, ...problem }));
}

function ofBrokers(brokers: number, zones: number, copies: number): readonly Omit<Problem, 'at'>[] {
  const found: Omit<Problem, 'at'>[] = [];
  if (zones < 2 || zones > 3)
    found.push({
      what: 'MSK has no cluster in as many zones',
      got: `${zones}`,
      expected: '2 or 3',
      fix: 'Name them in -c availabilityZones=…, or correct zones in infra/profiles.ts.',
    });
  if (brokers % zones !== 0)
    found.push({
      what: 'the brokers cannot be spread over the zones',
      got: `${brokers} brokers in ${zones} zones`,
      expected: `a multiple of ${zones}`,
      fix: 'Give kafka another number of brokers: the object in cdk.json, as in infra/profiles.ts.',
    });
  if (copies > brokers)
    found.push({
      what: 'topics have more copies than there are brokers',
      got: `${copies} copies, ${brokers} brokers`,
      expected: `at least ${copies} brokers`,
      fix: 'Give kafka more brokers, or correct replicationFactor in infra/profiles.ts.',
    });
  return found;
}
