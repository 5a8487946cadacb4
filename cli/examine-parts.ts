/** What `doctor --aws` says of the parts of a deployment, from what AWS told of each. */
import { type DeployedSecret, type DeployedTopic } from '#adapters/aws/read-deployment.ts';
import { type DeployedFunction } from '#adapters/aws/read-functions.ts';
import { type LogEvent } from '#adapters/aws/read-logs.ts';
import { functionLine } from '#adapters/aws/function-line.ts';
import { type TopicSpec } from '#infra/topology.ts';
import { broken, fine, type Finding, warning } from './finding.ts';
import { cut, oneLine } from './record-text.ts';

export function stackFinding(
  name: string,
  found: { readonly status: string; readonly reason?: string } | undefined,
  deploy: string,
): Finding {
  const check = `stack ${name}`;
  if (found === undefined) return broken(check, 'is not there', deploy);
  const { status, reason } = found;
  const says = reason === undefined ? status : `${status}: ${reason}`;
  if (/^(?:CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return fine(check, says);
  // What was there before the last deployment works as before.
  if (/^UPDATE_ROLLBACK_COMPLETE$|_IN_PROGRESS$/.test(status))
    return warning(check, says, `aws cloudformation describe-stack-events --stack-name ${name}`);
  return broken(check, says, `aws cloudformation describe-stack-events --stack-name ${name}`);
}

export function functionFinding(name: string, found: DeployedFunction | undefined, deploy: string): Finding {
  const check = `function ${name}`;
  if (found === undefined) return broken(check, 'is not there', deploy);
  const { state, stateReason, lastUpdate, lastUpdateReason } = found;
  const because = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
  if (state === 'Failed') return broken(check, `is Failed${because(stateReason)}`, deploy);
  if (lastUpdate === 'Failed')
    return broken(check, `still runs what it ran before: its update failed${because(lastUpdateReason)}`, deploy); // prettier-ignore
  if (state === 'Pending' || lastUpdate === 'InProgress')
    return warning(check, `is being made ready${because(stateReason)}`, 'wait a minute, and look again');
  return fine(check, state === 'Inactive' ? 'Inactive: the next invocation wakes it' : state);
}

export function topicFindings(
  wanted: readonly TopicSpec[],
  found: readonly DeployedTopic[],
  deploy: string,
): readonly Finding[] {
  const findings = wanted.flatMap(({ name, partitions }): readonly Finding[] => {
    const topic = found.find((each) => each.name === name);
    if (topic === undefined) return [broken(`topic ${name}`, 'is not there', deploy)];
    if (topic.partitions < partitions)
      return [warning(`topic ${name}`, `has ${topic.partitions} partitions, wanted ${partitions}`, deploy)];
    return [];
  });
  return findings.length > 0 ? findings : [fine('topics', `all ${wanted.length} are there`)];
}

/** As the alarm has it. */
const farBehind = 1_000;

export function lagFinding(group: string, topic: string, lag: number | undefined): Finding {
  const check = `group ${group}`;
  if (lag === undefined) return fine(check, 'no lag was measured in the last 15 minutes');
  return lag < farBehind
    ? fine(check, `${lag} records behind`)
    : warning(check, `${lag} records of ${topic} behind`, 'docs/how-to/answer-an-alarm.md#lag');
}

export interface ExaminedSecret {
  /** The setting that functions read it as. */
  readonly setting: string;
  readonly arn: string;
  readonly rotationWanted: boolean;
  readonly found: DeployedSecret | undefined;
  readonly deploy: string;
  readonly now: number;
}

export function secretFinding({ setting, arn, rotationWanted, found, deploy, now }: ExaminedSecret): Finding {
  const check = `secret of ${setting}`;
  if (found === undefined) return broken(check, `${arn} is not there`, deploy);
  const { name, current, deletedAt, rotates, nextRotation } = found;
  if (deletedAt !== undefined)
    return broken(check, `${name} is to be deleted, since ${deletedAt.toISOString().slice(0, 10)}`, `aws secretsmanager restore-secret --secret-id ${name}`); // prettier-ignore
  if (!current)
    return broken(check, `${name} has no current version`, `aws secretsmanager put-secret-value --secret-id ${name} --secret-string file://…`); // prettier-ignore
  if (rotationWanted && !rotates) return warning(check, `${name} is not rotated`, deploy);
  if (rotates && nextRotation !== undefined && nextRotation.getTime() < now)
    return warning(check, `${name} was to be rotated by ${nextRotation.toISOString().slice(0, 10)}`, `aws secretsmanager rotate-secret --secret-id ${name}`); // prettier-ignore
  return fine(check, `${name}, ${rotates ? 'rotated' : 'changed by hand'}`);
}

/** Errors of the last hour; nobody looks at a log that says nothing. */
export function errorFindings(name: string, events: readonly LogEvent[]): readonly Finding[] {
  const last = events.at(-1);
  if (last === undefined) return [];
  const message = functionLine(name, last)?.['message'];
  const says = cut(oneLine(typeof message === 'string' ? message : last.text));
  return [
    warning(
      `errors of ${name}`,
      `${events.length} in the last hour; the last at ${new Date(last.at).toISOString()}: ${says}`,
      `./baton logs --aws --function ${name} --level error`,
    ),
  ];
}
