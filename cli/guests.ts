/**
 * Agents that need no thread of their own are guests of this process. Their code may print, exit, or leave an error to
 * nobody: none of it may end up in the result on stdout, or end the work of others.
 * GU1. What a guest prints, on its console or on stdout, is told to whoever hosts, else it goes to stderr. Stdout is for
 *      data, which who wants to write it (output.ts) has to be there before guests are.
 * GU2. A guest that asks the process to end has failed, and only that. What the process ends with is not its to say.
 * GU3. While somebody hosts, what guests leave uncaught is told and goes no further.
 */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { agentFault } from './agent-fault.ts';

export interface Host {
  printed(text: string): void;
  leftUncaught(error: unknown): void;
}

let host: Host | undefined;
const exit = process.exit.bind(process);

/** Ends the process at once. For the command itself: guests cannot. */
export const leave = (code: number): never => exit(code);

/** GU1 and GU2, from now on. */
export function receiveGuests(): void {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      const text = typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
      if (host === undefined) process.stderr.write(text);
      else host.printed(text);
      done();
    },
  });
  globalThis.console = new Console({ stdout: stream, stderr: stream });
  process.stdout.write = stream.write.bind(stream);
  process.exit = (code) => {
    throw new Refusal(
      `process.exit(${code ?? ''}) would end the work of others too; expected a returned value or a thrown error`,
    );
  };
}

class Refusal extends Error {}

/** `host` is told what guests do, until the function given back is called. */
export function hostGuests(next: Host): () => void {
  host = next;
  return () => {
    if (host === next) host = undefined;
  };
}

/** GU3. False: nobody hosts, or it is no guest's error, and the process cannot go on. */
export function goesOnAfter(error: unknown, kind: 'rejection' | 'exception'): boolean {
  if (host === undefined || (error instanceof Error && error.name === 'InfrastructureError')) return false;
  // Baton's own code leaves no promise to nobody (a lint rule); what it throws from a timer it cannot go on after.
  if (kind === 'exception' && !(error instanceof Refusal) && agentFault(error) === undefined) return false;
  host.leftUncaught(error);
  return true;
}
