/**
 * How many hostile histories of the three-step example one processor plays in a second, and where their time goes:
 * samples of V8's profiler, added up by the part of the engine that was at work.
 */
import { Session, type Profiler } from 'node:inspector/promises';
import { hunt } from '#simulation/hunt.ts';
import { scenarios } from '#simulation/scenarios.ts';

export interface SimulatorMeasure {
  readonly schedules: number;
  readonly events: number;
  /** Per second of processor time, all threads of this process together. */
  readonly schedulesPerSecond: number;
  /** Part → its share of the samples, 0 to 1, the largest first. */
  readonly shares: readonly (readonly [part: string, share: number])[];
}

const scenarioName = 'chain';

export async function measureSimulator(quick: boolean): Promise<SimulatorMeasure> {
  const scenario = scenarios.find(({ name }) => name === scenarioName);
  if (scenario === undefined) throw new Error(`there is no scenario '${scenarioName}'`);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    await hunt(scenario, { from: 1, schedules: quick ? 50 : 500 }); // warm
    const schedules = quick ? 200 : 3000;
    const before = process.cpuUsage();
    const { events } = await hunt(scenario, { from: 10_000, schedules });
    const { user, system } = process.cpuUsage(before);
    const profile = await profiled(() => hunt(scenario, { from: 10_000, schedules }));
    return {
      schedules,
      events,
      schedulesPerSecond: (schedules * 1e6) / (user + system),
      shares: sharesOf(profile),
    };
  } finally {
    Error.stackTraceLimit = limit;
  }
}

async function profiled(work: () => Promise<unknown>): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return profile;
}

function sharesOf({ nodes, samples = [] }: Profiler.Profile): SimulatorMeasure['shares'] {
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const counts = new Map<string, number>();
  for (const sample of samples) {
    const part = parts.get(sample) ?? 'else';
    counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  return [...counts]
    .map(([part, count]) => [part, count / samples.length] as const)
    .sort(([, a], [, b]) => b - a);
}

const parts: readonly (readonly [RegExp, string])[] = [
  [/\/simulation\//, 'simulator: scheduler, broker, store, checks'],
  [/\/core\/run\//, 'decide, evolve, effects'],
  [/\/core\/(?:json|commit|capability)|crypto/, 'hashing, signing, canonical JSON'],
  [
    /\/core\/|node_modules|node:(?:buffer|internal\/(?:buffer|encoding))/,
    'codecs: records, CloudEvents, JSON',
  ],
  [/\/functions\/orchestrator\//, 'orchestrator'],
  [/\/functions\/agent\//, 'agent host'],
  [/\/functions\//, 'timer and the rest of the functions'],
];

function partOf({ url, functionName }: Profiler.Profile['nodes'][number]['callFrame']): string {
  if (functionName === '(garbage collector)') return 'garbage collection';
  return parts.find(([pattern]) => pattern.test(url))?.[1] ?? 'promises and Node itself';
}

export function simulatorText({ schedules, events, schedulesPerSecond, shares }: SimulatorMeasure): string {
  const perEvent = (schedules * 1e6) / schedulesPerSecond / events;
  const lines = shares.map(([part, share]) => `  ${(100 * share).toFixed(0).padStart(3)} %  ${part}`);
  return [
    `Simulator, three steps: ${schedulesPerSecond.toFixed(0)} histories a second of processor time,` +
      ` ${(events / schedules).toFixed(0)} events each, ${perEvent.toFixed(0)} µs an event`,
    ...lines,
    '',
  ].join('\n');
}
