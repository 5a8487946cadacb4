/** How many hostile histories of the three-step example one processor plays in a second, and where their time goes. */
import { hunt } from '#simulation/hunt.ts';
import { scenarios } from '#simulation/scenarios.ts';
import { type Parts, type Shares, sharesText, whereTimeGoes } from './where-time-goes.ts';

export interface SimulatorMeasure {
  readonly schedules: number;
  readonly events: number;
  /** Per second of processor time, all threads of this process together. */
  readonly schedulesPerSecond: number;
  readonly shares: Shares;
}

const scenarioName = 'chain';

export async function measureSimulator(quick: boolean): Promise<SimulatorMeasure> {
  const scenario = scenarios.find(({ name }) => name === scenarioName);
  if (scenario === undefined) throw new Error(`there is no scenario '${scenarioName}'`);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    // Warm: its user plays thousands, and the compiler needs two thousand before it is done.
    await hunt(scenario, { from: 1, schedules: quick ? 50 : 3000 });
    const schedules = quick ? 200 : 3000;
    const before = process.cpuUsage();
    const { events } = await hunt(scenario, { from: 10_000, schedules });
    const { user, system } = process.cpuUsage(before);
    const shares = await whereTimeGoes(parts, () => hunt(scenario, { from: 10_000, schedules }));
    return {
      schedules,
      events,
      schedulesPerSecond: (schedules * 1e6) / (user + system),
      shares,
    };
  } finally {
    Error.stackTraceLimit = limit;
  }
}

const parts: Parts = [
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

export function simulatorText({ schedules, events, schedulesPerSecond, shares }: SimulatorMeasure): string {
  const perEvent = (schedules * 1e6) / schedulesPerSecond / events;
  return [
    `Simulator, three steps: ${schedulesPerSecond.toFixed(0)} histories a second of processor time,` +
      ` ${(events / schedules).toFixed(0)} events each, ${perEvent.toFixed(0)} µs an event`,
    ...sharesText(shares),
    '',
  ].join('\n');
}
