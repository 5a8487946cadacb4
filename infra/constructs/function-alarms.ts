/**
 * What is watched for one function. AL1. Every alarm names the page that says what to do.
 */
import * as cdk from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { type Construct } from 'constructs';
import { type FunctionSpec } from '../topology.ts';

export interface Alarm {
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  /** Periods in a row, or so many of the last. */
  readonly periods: number;
  readonly of?: number;
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** Heading in the runbook. */
  readonly runbook: RunbookSection;
}

export type RunbookSection =
  | 'errors'
  | 'throttles'
  | 'duration'
  | 'lag'
  | 'dead-letters'
  | 'quarantined-runs'
  | 'waiting-approvals'
  | 'broker-disk'
  | 'database-load';

/** In this repository; a test finds every section there. */
export const runbookPage = 'docs/how-to/answer-an-alarm.md';

/**
 * A function by its name. AL2. Never by a reference to its stack: that would be an export, which cannot go while it is
 * used, and the stack of the functions, deployed first, could then never lose one.
 */
export interface WatchedFunction {
  readonly spec: FunctionSpec;
  readonly name: string;
}

/** What AWS measures of it. */
export const functionMetric = (
  { name }: WatchedFunction,
  metricName: string,
  props: Required<Pick<cloudwatch.MetricOptions, 'period' | 'statistic'>> & Pick<cloudwatch.MetricOptions, 'label'>, // prettier-ignore
): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: name },
    ...props,
  });

const minutes = (count: number): cdk.Duration => cdk.Duration.minutes(count);
/** Of a function's time: beyond it, one slower answer is a timeout. */
const durationShare = 0.8;
/** Records behind, for ten minutes: more than a burst. */
const lagLimit = 1000;

export function addAlarm(scope: Construct, id: string, alarm: Alarm): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, id, {
    metric: alarm.metric,
    threshold: alarm.threshold,
    evaluationPeriods: alarm.of ?? alarm.periods,
    datapointsToAlarm: alarm.periods,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // Nothing measured is nothing wrong: metrics of Lambda are there only while it is used.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    alarmDescription: `${alarm.meaning} What to do: ${runbookPage}#${alarm.runbook}`,
  });
}

/** By name, for alarms and dashboard alike. */
export function functionAlarms(watched: WatchedFunction): Readonly<Record<string, Alarm>> {
  const { spec } = watched;
  const metric = (name: string, period: cdk.Duration, statistic: string): cloudwatch.IMetric =>
    functionMetric(watched, name, { period, statistic });
  return {
    Errors: {
      metric: metric('Errors', minutes(5), 'Sum'),
      threshold: 1,
      periods: 2,
      of: 3,
      meaning: `${spec.name} fails: batches come again, nothing is lost, and nothing moves on.`,
      runbook: 'errors',
    },
    Throttles: {
      metric: metric('Throttles', minutes(5), 'Sum'),
      threshold: 1,
      periods: 2,
      of: 3,
      meaning: `${spec.name} is refused invocations: the account's or the function's concurrency is used up.`,
      runbook: 'throttles',
    },
    // The timer loops until its time is nearly up, on purpose.
    ...(spec.scheduled
      ? {}
      : {
          Duration: {
            metric: metric('Duration', minutes(5), 'Maximum'),
            threshold: spec.timeoutMs * durationShare,
            periods: 2,
            of: 3,
            meaning: `${spec.name} comes near its timeout of ${spec.timeoutMs / 1000} s.`,
            runbook: 'duration' as const,
          },
        }),
    ...(spec.mappings.length === 0
      ? {}
      : {
          Lag: {
            metric: metric('OffsetLag', minutes(1), 'Maximum'),
            threshold: lagLimit,
            periods: 10,
            meaning: `${spec.name} is ${lagLimit} records or more behind its topics.`,
            runbook: 'lag' as const,
          },
        }),
  };
}
