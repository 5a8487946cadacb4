/**
 * What a run costs in calls, records, bytes and flushes, counted: so much for the run, and so much for each of its
 * steps. Counts are the same on every machine; a run alone is counted, so nothing is shared with others.
 */
import { randomUUID } from 'node:crypto';
import { encodeEvent } from '#core/cloud-event.ts';
import { topics } from '#core/event-catalog.ts';
import { type OutgoingRecord } from '#core/ports.ts';
import { openHostedEngine, type HostedEngine } from '#tests/engine/hosted-engine.ts';
import { chainOf, rowEnded } from './chain.ts';
import { count } from './numbers.ts';
import { counted, countRecords, createTally, type Counted, type Tally } from './counted-platform.ts';

/** Flushes of the disk can be counted only where log and store are files of this machine. */
export type CostName = Counted | 'flushes';
export const names: readonly CostName[] = [...(Object.keys(counted) as Counted[]), 'flushes'];
export type Costs = Readonly<Record<CostName, number>>;

export interface Cost {
  readonly perRun: Costs;
  readonly perStep: Costs;
}

export interface CostCounts {
  /** Agents whose results are recorded, so that a call is never made twice; and those that may be called again. */
  readonly once: Cost;
  readonly repeat: Cost;
}

type Services = Readonly<Record<'KAFKA_BOOTSTRAP_SERVERS' | 'MONGODB_URI', string>>;

/** Bytes of the input, which every step hands on. */
export const payloadBytes = 400;
const text = 'x'.repeat(payloadBytes - '{"text":""}'.length);
// Their difference is a number of steps; names, versions and offsets of both have as many digits.
const [short, long] = [2, 7];

export async function countCosts(services?: Services): Promise<CostCounts> {
  return { once: await costOf('once', services), repeat: await costOf('repeat', services) };
}

async function costOf(onRedelivery: 'once' | 'repeat', services?: Services): Promise<Cost> {
  const tally = createTally();
  const engine = await openHostedEngine({
    workflows: [short, long].map(chainOf),
    agents: { worker: (input) => input },
    onRedelivery,
    watch: tally.watch,
    ...(services && { services }),
  });
  try {
    const watched = { engine, tally };
    // Partitions and offsets, which commits name, follow from the ids; a store that outlives the bench must not know them.
    const ids = services === undefined ? 'cost' : randomUUID();
    // The first run of a definition reads it; those after it find it in memory.
    for (const steps of [short, long]) await costOfOne(watched, `${ids}-first-${steps}`, steps);
    const few = await costOfOne(watched, `${ids}-${short}`, short);
    const many = await costOfOne(watched, `${ids}-${long}`, long);
    const perStep = each((name) => (many[name] - few[name]) / (long - short));
    return { perStep, perRun: each((name) => few[name] - short * perStep[name]) };
  } finally {
    await engine.close();
  }
}

const each = (value: (name: CostName) => number): Costs =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as Costs;

interface Watched {
  readonly engine: HostedEngine;
  readonly tally: Tally;
}

/** Of one run, from the record that asks for it to the end of its row. */
async function costOfOne({ engine, tally }: Watched, id: string, steps: number): Promise<Costs> {
  const { log, embedded } = engine.session.platform;
  const record: OutgoingRecord = {
    topic: topics.request,
    key: id,
    ...encodeEvent({
      id,
      source: '/bench',
      type: 'dev.baton.workflow.requested.v1',
      data: { workflow: `chain-${steps}`, input: { text } },
    }),
  };
  tally.take();
  const before = embedded?.syncs() ?? NaN;
  const result = engine.results.wait(id);
  countRecords([record], tally.add);
  await log.publish([record]);
  const output = await result;
  if (output.type !== 'dev.baton.run.completed.v1') throw new Error(JSON.stringify(output.data));
  await rowEnded(engine, output.runid ?? '');
  return { ...tally.take(), flushes: (embedded?.syncs() ?? NaN) - before };
}

export const costText = ({ once, repeat }: CostCounts): string =>
  [
    'counted                  a run   each step, once   each step, repeat',
    ...names.map((name) =>
      [
        name.padEnd(16),
        count(once.perRun[name]).padStart(14),
        count(once.perStep[name]).padStart(18),
        count(repeat.perStep[name]).padStart(20),
      ].join(''),
    ),
    '',
  ].join('\n');
