/**
 * What was started and still has to be stopped: `.cache/services/state.json`.
 * S1. Written right after a process began and before it is waited for, so that `down` also stops what never got ready.
 * S2. An entry leaves only once its process is known to have ended.
 * S3. A file that cannot be read is never taken for an empty one: it may name processes that still run.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { ServicesError } from './problem.ts';

export const serviceNames = ['kafka', 'mongo', 'jaeger'] as const;
export type ServiceName = (typeof serviceNames)[number];
export type Ports = Readonly<Record<string, number>>;

const started = z.object({
  pid: z.int().positive(),
  /** Of `identityOf`: the same id may be another process by now. */
  identity: z.string().min(1),
  ports: z.record(z.string(), z.int().min(1).max(65535)),
  startedAt: z.iso.datetime(),
  log: z.string(),
});
const stateFile = z.object({
  schema: z.literal(1),
  services: z.partialRecord(z.enum(serviceNames), started),
});

export type Started = Readonly<z.infer<typeof started>>;
export type State = Readonly<Partial<Record<ServiceName, Started>>>;

export function readState(file: string): State {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {}; // Nothing was ever started here.
  }
  const parsed = stateFile.safeParse(jsonOf(text));
  if (parsed.success) return definedOf(parsed.data.services);
  throw new ServicesError({
    what: `the list of started services cannot be read: ${file} begins with ${JSON.stringify(text.slice(0, 40))}`,
    expected: 'the file as `npm run services` wrote it',
    fix: 'look for java, mongod and jaeger-all-in-one among your processes, end them by id, then delete the file.',
  });
}

/** Whole or not at all: a crash in between leaves the state before. */
export function writeState(file: string, state: State): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify({ schema: 1, services: state }, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export const withService = (state: State, name: ServiceName, service: Started): State => ({
  ...state,
  [name]: service,
});

export const withoutService = (state: State, name: ServiceName): State =>
  Object.fromEntries(Object.entries(state).filter(([each]) => each !== name));

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const definedOf = (services: Partial<Record<ServiceName, Started | undefined>>): State =>
  Object.fromEntries(Object.entries(services).filter(([, service]) => service !== undefined));
