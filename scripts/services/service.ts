/** What `npm run services` knows of one service: how to get it, how to start it, how to ask whether it is ready. */
import { type Ports, type ServiceName } from './state.ts';
import { type Tool, type Work } from './tools.ts';

export interface Service {
  readonly name: ServiceName;
  /** With its version, for people. */
  readonly title: string;
  /** Files of this repository that say what is fetched; another content is fetched anew. */
  readonly recipe: readonly string[];
  /** Needed to fetch and build it. */
  readonly buildTools: readonly Tool[];
  /** Needed to run it. */
  readonly runTools: readonly Tool[];
  readonly ports: readonly string[];
  /** Fills `into`, which is empty; it is kept only where this ends well. */
  install(into: string, log: string): Promise<void>;
  /** Makes the data folder ready (new, or of an earlier start) and says how to start. */
  prepare(place: Place): Promise<Omit<Work, 'log'>>;
  /** Resolves once it does its work; rejects where it does not yet. Must end by itself within seconds. */
  ask(ports: Ports): Promise<void>;
  /** What programs that use it must find in their environment. */
  env(ports: Ports): Readonly<Record<string, string>>;
}

export interface Place {
  /** What `install` filled. */
  readonly installed: string;
  /** Exists; empty on a first start. */
  readonly data: string;
  readonly ports: Ports;
  /** For programs that prepare. */
  readonly log: string;
}

/** A port that was chosen under this name. */
export function portOf(ports: Ports, name: string): number {
  const port = ports[name];
  if (port === undefined) throw new Error(`no port called ${name} among ${Object.keys(ports).join(', ')}`);
  return port;
}
