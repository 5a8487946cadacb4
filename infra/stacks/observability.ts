/** Alarms, each with its runbook, and one dashboard; by function, as the topology lists them. */
import * as cdk from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as docdb from 'aws-cdk-lib/aws-docdb';
import * as logs from 'aws-cdk-lib/aws-logs';
import { type Construct } from 'constructs';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { functionName, logGroupName } from '../constructs/baton-function.ts';
import {
  addAlarm,
  functionAlarms,
  functionMetric,
  type Alarm,
  type WatchedFunction,
} from '../constructs/function-alarms.ts';
import { type Profile } from '../profiles.ts';
import { type FunctionSpec } from '../topology.ts';

export interface ObservabilityProps extends cdk.StackProps {
  readonly profile: Profile;
  readonly functions: readonly FunctionSpec[];
  /** Absent where the cluster is not made here, or has no brokers to watch. */
  readonly clusterName: string | undefined;
  readonly database: docdb.DatabaseCluster | undefined;
}

interface CountedLine {
  readonly message: string;
  readonly runbook: Alarm['runbook'];
  /** Field of the line that is measured; absent: lines are counted. */
  readonly field?: string;
  /** The one function that writes it; absent: any may. */
  readonly by?: string;
  /** Five minutes each, in a row; 1 unless given. */
  readonly periods?: number;
  readonly meaning?: string;
}

/** Log lines that are counted: the message, and what it means. */
export const counted = {
  DeadLetters: { message: 'record dead-lettered', runbook: 'dead-letters' },
  QuarantinedRuns: { message: 'run quarantined', runbook: 'quarantined-runs' },
  WaitingApprovals: {
    message: 'runs wait for a decision',
    runbook: 'waiting-approvals',
    field: 'waiting',
    by: 'timer',
    periods: 12,
    meaning: 'For an hour, there was always a run that waits for the decision of a person.',
  },
} as const satisfies Readonly<Record<string, CountedLine>>;

export class ObservabilityStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id, props);
    const alarms = [
      ...props.functions.flatMap((spec) =>
        Object.entries(functionAlarms({ spec, name: functionName(props.profile, spec) })).map(
          ([kind, alarm]) => this.add(`${spec.name}-${kind}`, alarm),
        ),
      ),
      ...Object.entries(counted).map(([name, line]) => this.add(name, this.count(name, line, props))),
      ...Object.entries(serviceAlarms(props)).map(([name, alarm]) => this.add(name, alarm)),
    ];
    this.notify(alarms, props.profile);
    this.dashboard(alarms, props);
  }

  private add(id: string, alarm: Alarm): cloudwatch.Alarm {
    return addAlarm(this, id, alarm);
  }

  /** One metric over all functions: who wrote the line is in the log. */
  private count(
    metricName: string,
    { message, runbook, field, by, periods = 1, meaning }: CountedLine,
    { functions, profile }: ObservabilityProps,
  ): Alarm {
    const metricNamespace = namespaceOf(profile);
    for (const spec of functions.filter(({ kind }) => (by ?? kind) === kind))
      new logs.MetricFilter(this, `${metricName}-${spec.name}`, {
        logGroup: logs.LogGroup.fromLogGroupName(this, `Logs-${metricName}-${spec.name}`, logGroupName(profile, spec)), // prettier-ignore
        metricNamespace,
        metricName,
        filterPattern: logs.FilterPattern.stringValue('$.message', '=', message),
        metricValue: field === undefined ? '1' : `$.${field}`,
      });
    return {
      metric: countedMetric(profile, metricName, field === undefined ? 'Sum' : 'Maximum'),
      threshold: 1,
      periods,
      meaning: meaning ?? `A function logged '${message}'.`,
      runbook,
    };
  }

  private notify(alarms: readonly cloudwatch.Alarm[], { alarmEmail }: Profile): void {
    if (alarmEmail === undefined) return;
    const { topic } = new AlarmTopic(this, 'AlarmTopic', { email: alarmEmail });
    for (const alarm of alarms) {
      alarm.addAlarmAction(new actions.SnsAction(topic));
      alarm.addOkAction(new actions.SnsAction(topic));
    }
  }

  private dashboard(alarms: cloudwatch.Alarm[], { functions, profile }: ObservabilityProps): void {
    const graph = (title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget =>
      new cloudwatch.GraphWidget({ title, left, width: 12 });
    const period = cdk.Duration.minutes(1);
    const measured = (of: readonly WatchedFunction[], metric: string, statistic: string): cloudwatch.IMetric[] => of.map((watched) => functionMetric(watched, metric, { label: watched.spec.name, period, statistic })); // prettier-ignore
    const targets = functions.map((spec) => ({ spec, name: functionName(profile, spec) }));
    const fed = targets.filter(({ spec }) => spec.mappings.length > 0);
    new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: `baton-${profile.name}`,
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 6 })],
        [
          graph('Invocations', measured(targets, 'Invocations', 'Sum')),
          graph('Errors', measured(targets, 'Errors', 'Sum')),
        ],
        [
          graph('Duration, 99th percentile', measured(targets, 'Duration', 'p99')),
          graph('Records behind', measured(fed, 'OffsetLag', 'Maximum')),
        ],
        [
          graph('Concurrent executions', measured(targets, 'ConcurrentExecutions', 'Maximum')),
          graph('Throttles', measured(targets, 'Throttles', 'Sum')),
        ],
        [graph('Runs that wait for a decision', [countedMetric(profile, 'WaitingApprovals', 'Maximum')])],
      ],
    });
  }
}

const namespaceOf = ({ name }: Profile): string => `Baton/${name}`;

const countedMetric = (
  profile: Profile,
  metricName: string,
  statistic: 'Sum' | 'Maximum',
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: namespaceOf(profile),
    metricName,
    period: cdk.Duration.minutes(5),
    statistic,
  });

function serviceAlarms({
  clusterName,
  database,
  profile,
}: ObservabilityProps): Readonly<Record<string, Alarm>> {
  const period = cdk.Duration.minutes(5);
  return {
    ...(clusterName !== undefined && profile.kafka.type === 'msk-provisioned'
      ? diskAlarms(clusterName, profile.kafka.brokers)
      : {}),
    ...(database === undefined
      ? {}
      : {
          DatabaseLoad: {
            metric: new cloudwatch.Metric({
              namespace: 'AWS/DocDB',
              metricName: 'CPUUtilization',
              dimensionsMap: { DBClusterIdentifier: database.clusterIdentifier },
              statistic: 'Average',
              period,
            }),
            threshold: 80,
            periods: 3,
            meaning: 'The database is at 80 % of its processors.',
            runbook: 'database-load' as const,
          },
        }),
  };
}

/** One for each broker: MSK measures their disks (`Broker ID`, from 1 on), and has no such metric of the cluster. */
const diskAlarms = (clusterName: string, brokers: number): Readonly<Record<string, Alarm>> =>
  Object.fromEntries(
    Array.from({ length: brokers }, (_, index): [string, Alarm] => [
      `BrokerDisk-${index + 1}`,
      {
        metric: new cloudwatch.Metric({
          namespace: 'AWS/Kafka',
          metricName: 'KafkaDataLogsDiskUsed',
          dimensionsMap: { 'Cluster Name': clusterName, 'Broker ID': String(index + 1) },
          statistic: 'Maximum',
          period: cdk.Duration.minutes(5),
        }),
        threshold: 80,
        periods: 3,
        meaning: `The disk of broker ${index + 1} is 80 % full; a full one stops the cluster.`,
        runbook: 'broker-disk',
      },
    ]),
  );
