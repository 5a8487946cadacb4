/**
 * Stands in for `node:test` while mutants are tried: collects what a test file declares, so that its tests can be run
 * one by one, in this process, as often as there are mutants. It knows what the tests of core use and refuses the rest.
 */
export interface CollectedTest {
  /** The names of its suites and its own. */
  readonly name: string;
  readonly run: () => Promise<void>;
}

type Body = () => unknown;
type Options = { readonly timeout?: number };

let names: readonly string[] = [];
let collected: CollectedTest[] = [];

/** What has been declared since the last call. */
export function takeCollected(): readonly CollectedTest[] {
  const taken = collected;
  collected = [];
  return taken;
}

export function test(name: string, ...rest: readonly [Options, Body] | readonly [Body]): void {
  const body = bodyOf(name, rest);
  // A test of node:test that takes a context would call methods that are not here.
  if (body.length > 0) throw new Error(`'${name}' takes a test context; expected a test without one`);
  collected.push({ name: [...names, name].join(' > '), run: async () => void (await body()) });
}

export function describe(name: string, ...rest: readonly [Options, Body] | readonly [Body]): void {
  const outer = names;
  names = [...outer, name];
  try {
    bodyOf(name, rest)();
  } finally {
    names = outer;
  }
}

export const it = test;
export const suite = describe;
export default test;

function bodyOf(name: string, rest: readonly [Options, Body] | readonly [Body]): Body {
  const body = rest.at(-1);
  if (typeof body === 'function') return body;
  throw new Error(`'${name}' has no body; expected a function as the last argument`);
}

function refused(name: string): () => never {
  return () => {
    throw new Error(
      `${name} of node:test is not supported here; add it to tests/mutation/collected-tests.ts`,
    );
  };
}

export const before = refused('before');
export const after = refused('after');
export const beforeEach = refused('beforeEach');
export const afterEach = refused('afterEach');
