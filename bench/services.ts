/**
 * What a run of three steps costs on Kafka and MongoDB, beside what the same clients need for one hop:
 * R, the round trip of a record from produce to consume; W, one journaled insert. A run needs 8 R and 5 W at least:
 * request, three tasks, three responses, output; a row and four commits.
 */
import { randomUUID } from 'node:crypto';
import { runIdOf } from '#core/ids.ts';
import { type Platform } from '#adapters/platform.ts';
import { openHostedEngine, type HostedEngine } from '#tests/engine/hosted-engine.ts';
import { chainOf, measureChain, submitMany, submitterOf, type Chain } from './chain.ts';
import { floorCommit, timed } from './floors.ts';
import { count, ms, ratio } from './numbers.ts';
import { type Quantiles } from './quantiles.ts';
import { countRequests } from './requests.ts';
import { type Parts, type Shares, sharesText, whereTimeGoes } from './where-time-goes.ts';

export interface Services {
  readonly roundTrip: Quantiles;
  readonly insert: Quantiles;
  readonly chain: Chain;
  /** p50 of a run over 8 R + 5 W. */
  readonly overFloor: number;
  readonly load: Load;
}

/** At 50 callers, in a pass of its own: the profiler takes some percent of what it measures. */
export interface Load {
  readonly shares: Shares;
  /** What is asked of Kafka or MongoDB → how often for each step, the most frequent first. */
  readonly requests: Shares;
}

const steps = 3;

/** Why they cannot be measured here. */
export const servicesProblem = (): string | undefined =>
  process.env['KAFKA_BOOTSTRAP_SERVERS'] && process.env['MONGODB_URI']
    ? undefined
    : 'the section services measures Kafka and MongoDB, and none is configured. Expected KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI. Run: npm run services -- up && eval "$(npm run -s services -- env)"';

export async function measureServices(quick: boolean): Promise<Services> {
  const { KAFKA_BOOTSTRAP_SERVERS = '', MONGODB_URI = '' } = process.env;
  const engine = await openHostedEngine({
    workflows: [chainOf(steps)],
    agents: { worker: (input) => input },
    onRedelivery: 'repeat',
    services: { KAFKA_BOOTSTRAP_SERVERS, MONGODB_URI },
  });
  try {
    const times = quick ? 100 : 500;
    const roundTrip = await roundTrips(engine.session.platform, times);
    const insert = await inserts(engine.session.platform, times);
    const chain = await measureChain(engine, steps, quick);
    const overFloor = chain.alone.p50 / (8 * roundTrip.p50 + 5 * insert.p50);
    return { roundTrip, insert, chain, overFloor, load: await measureLoad(engine, quick ? 200 : 1000) };
  } finally {
    await engine.close();
  }
}

async function measureLoad(engine: HostedEngine, runs: number): Promise<Load> {
  const submit = submitterOf(engine, steps);
  let shares: Shares = [];
  const counts = await countRequests(async () => {
    shares = await whereTimeGoes(parts, () => submitMany(submit, runs));
  });
  const requests = [...counts].map(([asked, count]) => [asked, count / (runs * steps)] as const);
  return { shares, requests: requests.sort(([, a], [, b]) => b - a) };
}

const parts: Parts = [
  // Requests are counted in the middle of a client's own write.
  [/\/bench\/(?!requests\.ts)|\/tests\//, 'the callers themselves, without their share of the Kafka client'],
  [/kafkajs|\/adapters\/kafka\//, 'Kafka client: kafkajs and adapters/kafka'],
  [/\/mongodb\/|\/bson\/|\/adapters\/mongo\//, 'MongoDB client: its driver and adapters/mongo'],
  [/\/core\/run\//, 'decide, evolve, effects'],
  [/\/core\/(?:json|commit|capability)/, 'hashing, signing, canonical JSON'],
  [/\/core\/|node_modules/, 'codecs: records, CloudEvents, JSON'],
  [/\/functions\/orchestrator\//, 'orchestrator'],
  [/\/functions\//, 'agent host and the rest of the functions'],
  [/\/local\//, 'invoker'],
];

async function roundTrips({ log }: Platform, times: number): Promise<Quantiles> {
  const topic = `bench.${randomUUID()}`;
  await log.createTopics([{ name: topic, partitions: 1 }]);
  const consumer = await log.consumer({ topic, group: topic });
  const value = new Uint8Array(512).fill(65);
  const hop = async (): Promise<void> => {
    const come = receive();
    await log.publish([{ topic, key: 'key', value, headers: [] }]);
    await come;
  };
  await timed(20, hop); // The first hops find nothing warm.
  const taken = await timed(times, hop);
  await consumer.close();
  return taken;

  async function receive(): Promise<void> {
    while ((await consumer.poll({ maxRecords: 10, maxWaitMs: 1000 })).length === 0);
  }
}

function inserts({ store }: Platform, times: number): Promise<Quantiles> {
  const runId = runIdOf({ tenant: 'bench', source: '/bench', id: randomUUID() });
  return timed(times, (index) => store.commits.insert([floorCommit(runId, index)]));
}

/** Those that come to something. */
export const requestsText = ({ requests }: Load): string =>
  requests
    .filter(([, perStep]) => perStep >= 0.005)
    .map(([asked, perStep]) => `${perStep.toFixed(2)} ${asked}`)
    .join(', ');

export const servicesText = ({ roundTrip, insert, chain, overFloor, load }: Services): string =>
  [
    'Kafka and MongoDB                   p50 ms   p99 ms',
    `R, produce to consume             ${ms(roundTrip.p50)} ${ms(roundTrip.p99)}`,
    `W, one journaled commit           ${ms(insert.p50)} ${ms(insert.p99)}`,
    `a run of 3 steps, repeat agents   ${ms(chain.alone.p50)} ${ms(chain.alone.p99)}   ${ratio(overFloor).trim()} × (8 R + 5 W)`,
    `at 50 callers: ${count(chain.stepsPerSecondAt50).trim()} steps/s, ${ms(chain.cpuMsPerStep).trim()} ms of this process's CPU a step, ${ratio(chain.recordsPerStep).trim()} records and ${ratio(chain.commitsPerStep).trim()} commits a step`,
    `requests a step: ${requestsText(load)}`,
    'where the time of this process goes then, which is the functions, the callers and both clients:',
    ...sharesText(load.shares),
    '',
  ].join('\n');
