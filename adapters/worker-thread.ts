/**
 * Threads of agents (`functions/local-agents/thread.ts`) as worker threads of Node.
 * WT1. What an agent's code prints goes to the host's log, never to the process's stdout, which is for data.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';

interface ThreadEvents<Received> {
  readonly message: (message: Received) => void;
  readonly output: (text: string) => void;
  readonly ended: (why: string) => void;
}

export interface ThreadOptions {
  /** Module that runs in the thread; it finds the agent's name in `workerData.agent`. */
  readonly entry: URL;
  /** Heap of one thread; beyond it the thread dies, not the process. */
  readonly heapMb?: number;
}

/** A message is whatever the two sides agree on: both are Baton's own code. */
export function threadStarter<Sent, Received>({ entry, heapMb = 512 }: ThreadOptions) {
  return (agent: string, events: ThreadEvents<Received>) => {
    const worker = new Worker(entry, {
      name: `agent ${agent}`,
      workerData: { agent },
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    // An idle thread keeps no process alive.
    worker.unref();
    let why: string | undefined;
    worker.on('message', (message: Received) => events.message(message));
    worker.on('messageerror', (error) => (why = error.message));
    worker.on('error', (error: unknown) => (why = describe(error)));
    worker.on('exit', (code) => events.ended(why ?? `exit code ${String(code)}`));
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => events.output(text));
    }
    return {
      post: (message: Sent): void => worker.postMessage(message),
      terminate: async (): Promise<void> => {
        await worker.terminate();
      },
    };
  };
}

/** An agent may throw anything, with getters that throw as well. */
function describe(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : `a thrown ${typeof error}`;
  } catch {
    return 'an unreadable error';
  }
}

/** In the thread: hands each message to what `open` gives for the agent that the thread was started for. */
export async function serveThread<Received, Sent>(
  open: (agent: string, post: (message: Sent) => void) => Promise<(message: Received) => void>,
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('serveThread was called outside a thread: start it with threadStarter.');
  const { agent } = workerData as { readonly agent: string };
  const receive = await open(agent, (message) => port.postMessage(message));
  // Messages sent before this line wait in the port.
  port.on('message', receive);
}
