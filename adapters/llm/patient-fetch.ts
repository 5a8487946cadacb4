/**
 * Node's own `fetch`, which waits for as long as its signal lets it. By itself it gives an answer up after 300 seconds of
 * silence, headers and body alike (undici: "Class: Client", `headersTimeout`, `bodyTimeout`): a model may think longer,
 * and what ends an attempt is its deadline.
 */
export interface Silence {
  /** Milliseconds; 0: for ever. */
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}

type Dispatcher = NonNullable<RequestInit['dispatcher']>;
type DispatcherOf = new (options: Silence) => Dispatcher;

/** Where the runtime and the package `undici` keep what all requests go through. */
const place = Symbol.for('undici.globalDispatcher.1');

export function createPatientFetch(silence: Silence = { headersTimeout: 0, bodyTimeout: 0 }): typeof fetch {
  let dispatcher: Dispatcher | undefined;
  return (input, init) => {
    dispatcher ??= dispatcherWith(silence);
    return fetch(input, { ...init, ...(dispatcher && { dispatcher }) });
  };
}

/** Another of the runtime's own kind, a proxy of the environment included. */
function dispatcherWith(silence: Silence): Dispatcher | undefined {
  Reflect.get(globalThis, 'Headers'); // Node loads its client, and with it the dispatcher, when this is first read.
  const own: unknown = Reflect.get(globalThis, place);
  if (typeof own !== 'object' || own === null) return undefined;
  return new (own.constructor as DispatcherOf)(silence);
}
