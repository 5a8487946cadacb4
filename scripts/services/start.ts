/**
 * Starts services and waits until each says that it is ready.
 * U1. What runs already is only asked again: `up` twice changes nothing.
 * U2. Every process is in the state file before anything waits for it.
 * U3. A process that did not get ready is stopped, so that the next `up` begins anew; the others go on.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Cache, installed, logOf } from './installation.ts';
import { freePorts, isFree } from './ports.ts';
import { ServicesError } from './problem.ts';
import { identityOf } from '#adapters/process-identity.ts';
import { type Service } from './service.ts';
import { type Ports, readState, type Started, withService, writeState } from './state.ts';
import { stopService } from './stop.ts';
import { lastLines, launch, requireTools } from './tools.ts';

export interface StartOptions extends Cache {
  /** Where these keep their data and logs: several can run side by side out of one cache. */
  readonly home: string;
  readonly stateFile: string;
  /** Goes on with the data and the ports of the last start. */
  readonly keep: boolean;
  readonly readyWithinMs: number;
}

const portWithinMs = 5_000;

export async function startServices(services: readonly Service[], options: StartOptions): Promise<void> {
  const stopped = services.filter((service) => !isRunning(readState(options.stateFile)[service.name]));
  for (const service of stopped) requireTools(service.runTools, service.title);
  const places = new Map<Service, string>();
  for (const service of stopped) places.set(service, await installed(service, options));
  for (const [service, place] of places) await startOne(service, place, options);
  const results = await Promise.allSettled(services.map((service) => getReady(service, options)));
  const failed = results.filter((result) => result.status === 'rejected');
  for (const { reason } of failed.slice(1)) options.say(textOf(reason));
  if (failed[0] !== undefined) throw failed[0].reason;
}

export const isRunning = (started: Started | undefined): boolean =>
  started !== undefined && identityOf(started.pid) === started.identity;

async function startOne(service: Service, place: string, options: StartOptions): Promise<void> {
  const { name } = service;
  const data = join(options.home, 'data', name);
  const ports = await portsFor(service, data, options);
  if (!options.keep) rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  writeFileSync(portsFile(data), JSON.stringify(ports));
  const work = await service.prepare({
    installed: place,
    data,
    ports,
    log: logOf(options.home, `${name}-prepare`),
  });
  const log = logOf(options.home, name);
  const child = launch({ ...work, log }, true);
  const problem = await new Promise<Error | undefined>((resolve) => {
    child.once('error', resolve);
    child.once('spawn', () => resolve(undefined));
  });
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  if (child.pid === undefined || identity === undefined) throw endedAtOnce(service, log, problem);
  child.unref();
  const started = { pid: child.pid, identity, ports, startedAt: new Date().toISOString(), log };
  writeState(options.stateFile, withService(readState(options.stateFile), name, started));
  options.say(`${name}: started as process ${child.pid}, ports ${Object.values(ports).join(', ')}`);
}

const portsFile = (data: string): string => join(data, 'ports.json');

/** Kept data belongs to its ports: MongoDB's replica set and Kafka's quorum have them written down. */
async function portsFor(service: Service, data: string, options: StartOptions): Promise<Ports> {
  const kept = options.keep ? keptPorts(service, data) : undefined;
  if (kept === undefined) return freePorts(service.ports);
  for (const [name, port] of Object.entries(kept)) {
    if (await becomesFree(port)) continue;
    throw new ServicesError({
      what: `${service.name} cannot go on with its data: its port ${port} (${name}) is taken by another process`,
      expected: 'the ports of its last start to be free',
      fix: 'end that process, or leave --keep out to begin with empty data on other ports.',
    });
  }
  return kept;
}

/** A process that has just ended may hold its port for a moment: its last connections are still being closed. */
async function becomesFree(port: number): Promise<boolean> {
  const deadline = performance.now() + portWithinMs;
  while (!(await isFree(port))) {
    if (performance.now() > deadline) return false;
    await pause(100);
  }
  return true;
}

function keptPorts(service: Service, data: string): Ports | undefined {
  try {
    const ports = JSON.parse(readFileSync(portsFile(data), 'utf8')) as Ports;
    return service.ports.every((name) => Number.isInteger(ports[name])) ? ports : undefined;
  } catch {
    return undefined; // Never started here.
  }
}

async function getReady(service: Service, options: StartOptions): Promise<void> {
  const started = readState(options.stateFile)[service.name];
  if (started === undefined) throw new Error(`${service.name} is not in the state file`);
  const problem = await askUntilReady(service, started, options.readyWithinMs);
  if (problem === undefined) return options.say(`${service.name}: ready`);
  await stopService(service.name, options);
  throw new ServicesError({
    what: `${service.title} did not get ready: ${problem}; the last lines it printed:\n${lastLines(started.log)}`,
    expected: `an answer at its ports within ${options.readyWithinMs / 1000} s`,
    fix: `mend what these lines tell, then \`npm run services -- up --only ${service.name}\`. All of it: ${started.log}`,
  });
}

/** Nothing once it answers; else why it does not. Asked again at short intervals: no service says when it is ready. */
async function askUntilReady(
  service: Service,
  started: Started,
  withinMs: number,
): Promise<string | undefined> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      await service.ask(started.ports);
      return undefined;
    } catch (error) {
      if (!isRunning(started)) return `process ${started.pid} has ended`;
      if (performance.now() > deadline) return textOf(error);
    }
    await pause(100);
  }
}

function endedAtOnce(service: Service, log: string, problem: Error | undefined): ServicesError {
  return new ServicesError({
    what: `${service.title} could not be started: ${problem?.message ?? `it ended at once:\n${lastLines(log)}`}`,
    expected: 'a process that goes on running',
    fix: `delete .cache/services to get it anew, then run the command again. All it printed: ${log}`,
  });
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
