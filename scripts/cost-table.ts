/**
 * Writes the tables of `docs/reference/cost.md`: what a profile costs idle, in a month of 730 hours, from unit prices.
 * Prices are those of us-east-1 on the date below; AWS changes them, and other regions differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { manifests } from '#agents/manifests.ts';
import { dev, prod, type KafkaProfile, type Profile } from '#infra/profiles.ts';
import { operatorSpec } from '#infra/constructs/operator.ts';
import { counted } from '#infra/stacks/observability.ts';
import { storeUsersOf } from '#infra/store-users.ts';
import { topologyOf } from '#infra/topology.ts';

export const pricesOf = '2026-11-22';

interface Price {
  /** US dollars: by the hour, or by the unit that the name says. */
  readonly dollars: number;
  /** Title of AWS's page. */
  readonly page: string;
  /** Where the number was seen last, and when; absent: nowhere that could be read here. */
  readonly seen?: string;
}

const msk = 'Amazon MSK pricing';
const documentdb = 'Amazon DocumentDB pricing';
const repositories = 'several public repositories, November 2026';
const cloudWatch = 'Amazon CloudWatch pricing';

export const prices = {
  'kafka.t3.small': {
    dollars: 0.0456,
    page: msk,
    seen: repositories,
  },
  'kafka.m7g.large': { dollars: 0.204, page: msk, seen: repositories },
  brokerStorageGbMonth: { dollars: 0.1, page: msk, seen: 'a public repository, November 2026' },
  mskServerlessClusterHour: { dollars: 0.75, page: msk, seen: repositories },
  mskServerlessPartitionHour: { dollars: 0.0015, page: msk, seen: repositories },
  natGatewayHour: { dollars: 0.045, page: 'Amazon VPC pricing', seen: repositories },
  publicIpv4Hour: { dollars: 0.005, page: 'Amazon VPC pricing', seen: 'AWS blog, "Identify and optimize public IPv4 address usage on AWS", and others, November 2026' }, // prettier-ignore
  documentdbDcuHour: { dollars: 0.0822, page: documentdb, seen: 'usage.ai, "DocumentDB Serverless Pricing: The Complete 2026 Guide", June 2026' }, // prettier-ignore
  'r6g.large': { dollars: 0.26315, page: documentdb, seen: repositories },
  pollerUnitHour: { dollars: 0.185, page: 'AWS Lambda pricing', seen: 'a public repository that quotes the Price List API, November 2026' }, // prettier-ignore
  lambdaGbSecond: {
    dollars: 0.0000133334,
    page: 'AWS Lambda pricing',
    seen: 'cloudchipr.com, "AWS Lambda Pricing Breakdown: Ultimate Guide 2024", and others, November 2026',
  }, // arm64
  secretMonth: { dollars: 0.4, page: 'AWS Secrets Manager pricing', seen: repositories },
  alarmMonth: { dollars: 0.1, page: cloudWatch, seen: 'c3x.dev, "aws_cloudwatch_metric_alarm cost estimation", November 2026' }, // prettier-ignore
  dashboardMonth: { dollars: 3, page: cloudWatch, seen: 'factualminds.com, "Amazon CloudWatch Pricing: The 10 Billing Dimensions", June 2026' }, // prettier-ignore
  metricMonth: {
    dollars: 0.3,
    page: cloudWatch,
    seen: 'c3x.dev, "CloudWatch custom metrics cost", and others, November 2026',
  },
  keyMonth: {
    dollars: 1,
    page: 'AWS Key Management Service pricing',
    seen: 'cloudburn.io, "AWS KMS Pricing", March 2026',
  },
} as const satisfies Readonly<Record<string, Price>>;

const hours = 730;

interface Line {
  readonly what: string;
  readonly dollars: number;
}

/** What is paid though nothing runs. Work itself (invocations, gigabytes, logs, model calls) comes on top. */
export function idleCost(profile: Profile): readonly Line[] {
  const topology = topologyOf(manifests, profile.topology);
  const partitions = topology.topics.reduce((sum, topic) => sum + topic.partitions, 0);
  // Alarms as `infra/constructs/function-alarms.ts` and `infra/stacks/observability.ts` make them.
  const alarms = topology.functions.reduce(
    (sum, { mappings, scheduled }) => sum + 2 + Number(!scheduled) + Number(mappings.length > 0),
    Object.keys(counted).length +
      (profile.kafka.type === 'msk-provisioned' ? profile.kafka.brokers : 0) +
      Number(profile.database.type !== 'existing'),
  );
  // The capability keys, the login that the database is created with, and one for each of its users.
  const secrets = 2 + storeUsersOf([...topology.functions, operatorSpec]).size;
  return [
    ...kafka(profile.kafka, partitions),
    ...database(profile),
    {
      what: `${profile.natGateways} × NAT gateway`,
      dollars: profile.natGateways * prices.natGatewayHour.dollars * hours,
    },
    {
      what: `${profile.natGateways} × public IPv4 address, of the NAT gateways`,
      dollars: profile.natGateways * prices.publicIpv4Hour.dollars * hours,
    },
    ...(profile.topology.pollers === 'provisioned'
      ? [{ what: `1 shared poller unit, at least`, dollars: prices.pollerUnitHour.dollars * hours }]
      : []),
    {
      what: `the timer, which runs all the time: ${profile.memoryMb} MB`,
      dollars: (profile.memoryMb / 1024) * prices.lambdaGbSecond.dollars * hours * 3600,
    },
    {
      what: `${secrets} secrets: capability keys, the database and its users`,
      dollars: secrets * prices.secretMonth.dollars,
    },
    {
      what: `${alarms} alarms, 1 dashboard`,
      dollars: alarms * prices.alarmMonth.dollars + prices.dashboardMonth.dollars,
    },
    ...(profile.alarmEmail === undefined
      ? []
      : [{ what: '1 key, of the topic of alarms', dollars: prices.keyMonth.dollars }]),
  ];
}

function kafka(cluster: KafkaProfile, partitions: number): readonly Line[] {
  if (cluster.type === 'msk-serverless')
    return [
      { what: 'MSK Serverless, the cluster', dollars: prices.mskServerlessClusterHour.dollars * hours },
      { what: `MSK Serverless, ${partitions} partitions`, dollars: partitions * prices.mskServerlessPartitionHour.dollars * hours }, // prettier-ignore
    ];
  if (cluster.type !== 'msk-provisioned') return [];
  const { brokers, instanceType, volume } = cluster;
  return [
    { what: `${brokers} × ${instanceType}`, dollars: brokers * priceOf(instanceType) * hours },
    { what: `${brokers} × ${volume} GB of broker disk`, dollars: brokers * volume * prices.brokerStorageGbMonth.dollars }, // prettier-ignore
  ];
}

function database({ database: kind }: Profile): readonly Line[] {
  if (kind.type === 'documentdb-serverless')
    return [
      { what: `DocumentDB serverless at its least, ${kind.minCapacity} DCU`, dollars: kind.minCapacity * prices.documentdbDcuHour.dollars * hours }, // prettier-ignore
    ];
  if (kind.type !== 'documentdb-instances') return [];
  const { instances, instanceType } = kind;
  return [
    { what: `${instances} × DocumentDB ${instanceType}`, dollars: instances * priceOf(instanceType) * hours },
  ];
}

function priceOf(name: string): number {
  const known: Readonly<Record<string, Price>> = prices;
  const price = known[name];
  if (price !== undefined) return price.dollars;
  throw new Error(
    `a price is missing: got '${name}', expected one of ${Object.keys(prices).join(', ')}. Add it to scripts/cost-table.ts.`,
  );
}

export function costPage(page: string): string {
  const variants: readonly (readonly [string, Profile])[] = [
    ['dev', dev],
    ['dev-serverless', { ...dev, kafka: { type: 'msk-serverless' } }],
    ['prod', prod],
  ];
  const tables = [
    ...variants.map(([name, profile]) => [name, tableOf(idleCost(profile))] as const),
    ['prices', priceTable()] as const,
  ];
  return tables.reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(<!-- cost ${name} -->\n)[\\s\\S]*?(<!-- end -->)`),
        (_, begin: string, end: string) => `${begin}\n${table}\n${end}`,
      ),
    page,
  );
}

function priceTable(): string {
  const known: Readonly<Record<string, Price>> = prices;
  const rows = Object.entries(known).map(
    ([name, { dollars, page, seen }]) => `| ${name} | ${dollars} | ${page} | ${seen ?? '**unchecked**'} |`,
  );
  return (
    ['| unit | US$ | page of AWS | seen last |', '| --- | ---: | --- | --- |', ...rows].join('\n') + '\n'
  );
}

function tableOf(lines: readonly Line[]): string {
  const total = lines.reduce((sum, { dollars }) => sum + dollars, 0);
  const rows = [...lines, { what: '**idle, a month**', dollars: total }];
  return ['| what | US$ a month |', '| --- | ---: |', ...rows.map(({ what, dollars }) => `| ${what} | ${dollars.toFixed(2)} |`)].join('\n') + '\n'; // prettier-ignore
}

export const costFile = join(import.meta.dirname, '..', 'docs', 'reference', 'cost.md');

if (argv[1] === import.meta.filename) writeFileSync(costFile, costPage(readFileSync(costFile, 'utf8')));
