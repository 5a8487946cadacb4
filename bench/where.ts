/**
 * Where the time of work in this process goes, by what is running: a sampling profile, its samples sorted by the file of
 * the innermost function. What native code does counts for whoever called it, so SQLite stands under its two files.
 */
import { Session } from 'node:inspector/promises';

export const parts = {
  sqlite: 'SQLite, flushes included',
  embedded: 'log and store around SQLite',
  local: 'invoker and host',
  functions: 'handlers',
  core: 'decisions and codecs',
  node: 'Node and packages: timers, hashes, buffers',
  native: 'native code, and waiting for a processor',
  garbage: 'collection of garbage',
  rest: 'the bench itself',
  idle: 'waiting',
} as const;

export type Part = keyof typeof parts;
/** Milliseconds. */
export type Where = Readonly<Record<Part, number>>;

const sampleEveryUs = 200;

export async function whereOf(work: () => Promise<void>): Promise<Where> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: sampleEveryUs });
    await session.post('Profiler.start');
    await work();
    const { profile } = await session.post('Profiler.stop');
    const partOf = new Map(
      profile.nodes.map(({ id, callFrame }) => [id, part(callFrame.functionName, callFrame.url)]),
    );
    const where = Object.fromEntries(Object.keys(parts).map((name) => [name, 0])) as Record<Part, number>;
    profile.samples?.forEach((node, index) => {
      where[partOf.get(node) ?? 'rest'] += (profile.timeDeltas?.[index + 1] ?? 0) / 1000;
    });
    return where;
  } finally {
    session.disconnect();
  }
}

const places: readonly (readonly [RegExp, Part])[] = [
  [/\/adapters\/embedded\/(writer|database)\.ts$/, 'sqlite'],
  [/\/node_modules\//, 'node'],
  [/\/adapters\/embedded\//, 'embedded'],
  [/\/local\//, 'local'],
  [/\/functions\//, 'functions'],
  [/\/core\//, 'core'],
  [/\/adapters\//, 'functions'],
];

function part(name: string, url: string): Part {
  if (name === '(idle)') return 'idle';
  if (name === '(program)') return 'native';
  if (name === '(garbage collector)') return 'garbage';
  if (!url.startsWith('file:')) return 'node';
  return places.find(([pattern]) => pattern.test(url))?.[1] ?? 'rest';
}
