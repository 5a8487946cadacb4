/**
 * Kills what a deployment is made of while runs are in flight, and proves that nothing was lost or done twice:
 * `npm run test:chaos [-- --rounds 10 --seed n --runs 20 --only broker]`. A round takes each victim once: an orchestrator, an agent's
 * host, the broker and the database by SIGKILL, and an orchestrator that is stopped for longer than its group waits.
 * Everything is started here, on data and ports of its own.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { baton } from '#cli/spawn.fixture.ts';
import { mulberry32 } from '#simulation/choices.ts';
import { kafka } from '../../scripts/services/kafka.ts';
import { mongo } from '../../scripts/services/mongo.ts';
import { envOf } from '../../scripts/services/report.ts';
import { startServices, type StartOptions } from '../../scripts/services/start.ts';
import { readState, type ServiceName } from '../../scripts/services/state.ts';
import { stopService } from '../../scripts/services/stop.ts';
import { openFleet, type Fleet } from './fleet.ts';
import { openRuns, type Runs } from './runs.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    runs: { type: 'string', default: '20' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const atOnce = Number(values.runs);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const home = mkdtempSync(join(tmpdir(), 'baton-chaos-'));
const services: StartOptions = {
  folder: join(import.meta.dirname, '../../.cache/services'),
  home,
  stateFile: join(home, 'state.json'),
  keep: true,
  readyWithinMs: 120_000,
  say: () => undefined,
};
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Longer than a group waits for the heartbeat of a member (30 s). */
const stoppedMs = 40_000;

type Victim = (fleet: Fleet) => Promise<void>;

const victims: Readonly<Record<string, Victim>> = {
  'kill -9 an orchestrator': (fleet) => fleet.kill('orchestrator'),
  "kill -9 an agent's host": (fleet) => fleet.kill('agents'),
  'kill -9 the broker': () => restart('kafka'),
  'kill -9 the database': () => restart('mongo'),
  'stop an orchestrator past its session': async (fleet) => {
    const go = fleet.stop('orchestrator');
    await pause(stoppedMs);
    go();
  },
};

const chosen = Object.entries(victims).filter(([what]) => what.includes(values.only ?? ''));

await main();

async function main(): Promise<void> {
  say(`chaos: ${rounds} rounds of ${chosen.length} victims, ${atOnce} runs in flight, seed ${seed}`);
  const random = mulberry32(seed);
  const environment = await begin();
  const fleet = await openFleet(environment, home);
  const runs = await openRuns(environment, home);
  try {
    const expected = await runs.all(1);
    for (let round = 1; round <= rounds; round += 1)
      for (const [what, strike] of chosen) await play(runs, fleet, { what, strike, random, round });
    const told = await runs.verify(fleet.lines(), expected);
    say(`chaos passed: ${told}`);
  } catch (error) {
    const told = fleet.lines().map((line) => JSON.stringify(line));
    writeFileSync(join(home, 'fleet.log'), `${told.join('\n')}\n`);
    say(`chaos failed with seed ${seed}; what it left is in ${home}`);
    throw error;
  } finally {
    await runs.close();
    await fleet.close();
    for (const name of ['kafka', 'mongo'] as const) await stopService(name, services);
  }
  rmSync(home, { recursive: true, force: true });
}

interface Play {
  readonly what: string;
  readonly strike: Victim;
  readonly random: () => number;
  readonly round: number;
}

async function play(runs: Runs, fleet: Fleet, { what, strike, random, round }: Play): Promise<void> {
  const begun = performance.now();
  const ended = runs.all(atOnce);
  await pause(random() * 1_500);
  await strike(fleet);
  await ended;
  say(`round ${round}: ${what}: ${atOnce} runs ended, ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}

async function begin(): Promise<Readonly<Record<string, string>>> {
  await startServices([kafka, mongo], services);
  const lines = envOf([kafka, mongo], readState(services.stateFile), []);
  const pairs = [...lines.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const environment = Object.fromEntries(pairs) as Record<string, string>;
  const ready = await baton(['setup'], { dataDir: home, env: environment });
  assert.equal(ready.code, 0, ready.stderr);
  return environment;
}

async function restart(name: ServiceName): Promise<void> {
  const { pid } = readState(services.stateFile)[name] ?? {};
  assert.ok(pid);
  process.kill(pid, 'SIGKILL');
  await pause(1_000);
  await startServices([name === 'kafka' ? kafka : mongo], services);
}
