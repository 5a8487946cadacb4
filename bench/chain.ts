/** Runs of n steps, one after the other, 400 bytes each, every hop durable before the next. */
import { randomUUID } from 'node:crypto';
import { topics } from '#core/event-catalog.ts';
import { type HostedEngine } from '#tests/engine/hosted-engine.ts';
import { quantiles, type Quantiles } from './quantiles.ts';

export interface Chain {
  readonly steps: number;
  /** One caller who submits and waits for the output, milliseconds. */
  readonly alone: Quantiles;
  readonly stepsPerSecondAt50: number;
  /** Milliseconds of processor time per step at 50 callers, everything in this process included. */
  readonly cpuMsPerStep: number;
  /** For one run alone. */
  readonly recordsPerStep: number;
  readonly commitsPerStep: number;
  readonly syncsPerRun: number;
  /** At 50 callers, who share flushes. */
  readonly syncsPerStepAt50: number;
}

export const chainOf = (steps: number): string =>
  [
    `name: chain-${steps}`,
    'version: "1.0.0"',
    'inputs: { text: string }',
    'steps:',
    ...Array.from({ length: steps }, (_, index) => {
      const text = index === 0 ? 'inputs.text' : `steps.s${index - 1}.output.text`;
      return `  s${index}: { agent: worker, with: { text: "\${{ ${text} }}" } }`;
    }),
    `outputs: { text: "\${{ steps.s${steps - 1}.output.text }}" }`,
    '',
  ].join('\n');

const text = 'x'.repeat(380);
/** A store that outlives the bench knows the runs of the last time: their ids must be others. */
const batch = randomUUID().slice(0, 8);
let ticket = 0;

type Submit = () => Promise<string>;

/** Starts a run of so many steps, waits for its output, and gives its id. */
export const submitterOf =
  (engine: HostedEngine, steps: number): Submit =>
  async () => {
    const result = await engine.submit(`run-${batch}-${(ticket += 1)}`, { text }, `chain-${steps}`);
    if (result.type !== 'dev.baton.run.completed.v1') throw new Error(JSON.stringify(result.data));
    return result.runid ?? '';
  };

/** So many runs by 50 callers, each of whom waits for one before starting another. */
export async function submitMany(submit: Submit, total: number): Promise<void> {
  let started = 0;
  const caller = async (): Promise<void> => {
    while (started < total) {
      started += 1;
      await submit();
    }
  };
  await Promise.all(Array.from({ length: 50 }, caller));
}

export async function measureChain(engine: HostedEngine, steps: number, quick: boolean): Promise<Chain> {
  const submit = submitterOf(engine, steps);
  const share = (quick ? 0.2 : 1) / Math.sqrt(steps);
  const many = (count: number): number => Math.max(10, Math.round(count * share));
  for (let warm = 0; warm < many(300); warm += 1) await submit();

  const taken: number[] = [];
  for (let run = 0; run < many(600); run += 1) {
    const begun = performance.now();
    await submit();
    taken.push(performance.now() - begun);
  }
  const counted = await countOne(engine, steps, submit);

  const total = Math.max(100, many(4000));
  const syncs = (): number => engine.session.platform.embedded?.syncs() ?? NaN;
  const syncsBefore = syncs();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await submitMany(submit, total);
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    steps,
    alone: quantiles(taken),
    stepsPerSecondAt50: (total * steps) / seconds,
    cpuMsPerStep: (user + system) / 1000 / (total * steps),
    syncsPerStepAt50: (syncs() - syncsBefore) / (total * steps),
    ...counted,
  };
}

async function countOne(engine: HostedEngine, steps: number, submit: Submit) {
  const { log, store } = engine.session.platform;
  const { embedded } = engine.session.platform;
  const before = embedded?.syncs() ?? 0;
  const runId = await submit();
  await rowEnded(engine, runId);
  const syncsPerRun = (embedded?.syncs() ?? 0) - before;
  let records = 0;
  for (const topic of [topics.step('worker'), topics.response]) {
    for await (const record of log.read({ topic, from: 'beginning', follow: false })) {
      if (new TextDecoder().decode(record.key ?? undefined) === runId) records += 1;
    }
  }
  const commits = (await store.commits.history(await idOf(engine, runId))).length;
  return { syncsPerRun, recordsPerStep: records / steps, commitsPerStep: commits / steps };
}

/** The output is followed by the end of the run's row: the run is over when that is there. */
export async function rowEnded(engine: HostedEngine, runId: string): Promise<void> {
  while ((await rowOf(engine, runId))?.status !== 'completed')
    await new Promise((resolve) => setImmediate(resolve));
}

const rowOf = async (engine: HostedEngine, runId: string) =>
  (await engine.session.platform.store.runs.list({ idPrefix: runId, limit: 1 }))[0];

async function idOf(engine: HostedEngine, runId: string) {
  const row = await rowOf(engine, runId);
  if (row === undefined) throw new Error(`run ${runId} has no row`);
  return row.runId;
}
