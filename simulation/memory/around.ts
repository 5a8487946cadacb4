/**
 * The seam between the synchronous state and the ports: every call of a port goes through one function, which decides
 * when it is applied, how often, and what the caller is told.
 */
import { type Store } from '#core/ports.ts';

/** A port with its results given at once. */
export type Synchronous<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => Promise<infer Result>
    ? (...args: Args) => Result
    : never;
};

type StoreMethod = {
  [Port in keyof Store]: `${Port}.${keyof Store[Port] & string}`;
}[keyof Store];

/** Calls as they are named to `Around`, for example `commits.insert`. */
export type PortMethod =
  StoreMethod | `log.${'publish' | 'createTopics' | 'topics' | 'consumer' | 'poll' | 'commit'}`;

/**
 * `apply` does the call on the state, at once, each time it is called. Applied and then rejected is a lost
 * acknowledgement, rejected without it an outage, applied twice a call that was sent again. What is thrown must be an
 * `InfrastructureError`, as the ports promise.
 */
export type Around = <T>(method: PortMethod, args: readonly unknown[], apply: () => T) => Promise<T>;

/** Applies once, before it returns. Being async turns what `apply` throws into a rejection. */
export const atOnce: Around = async (_method, _args, apply) => apply();
