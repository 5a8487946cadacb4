/**
 * Lambda's Node runtime, as far as a function sees it: loads the handler that the template names, calls it with one
 * event at a time, and hands its answer back as JSON. Runs in the sandbox's process and imports nothing but Node's own:
 * whatever else the function finds, it brought itself.
 */
import { join } from 'node:path';
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';

/** What the sandbox is told when it is started. */
export interface Start {
  /** Where the code is, as `/var/task`. */
  readonly task: string;
  /** `<module>.<export>`. */
  readonly handler: string;
  readonly functionName: string;
  /** Port of loopback where this account's Function URLs are served. */
  readonly urlPort: number;
}

export interface Invocation {
  readonly id: string;
  readonly event: unknown;
  /** Milliseconds since 1970. */
  readonly deadlineAt: number;
}

export type FromSandbox =
  | { readonly type: 'ready'; readonly importMs: number }
  | { readonly type: 'answered'; readonly id: string; readonly json: string }
  | { readonly type: 'threw'; readonly id: string; readonly name: string; readonly message: string };

type Handler = (event: unknown, context: object) => Promise<unknown>;

const send = (message: FromSandbox): void => void process.send?.(message);

/** Who the function believes to talk to is told by its lookup; the connection ends at this machine. */
function leadToLoopback(urlPort: number): void {
  type Connect = (options: ConnectOptions, done?: () => void) => Socket;
  interface ConnectOptions {
    readonly host?: string;
    readonly lookup?: (name: string, options: { all: true }, done: (error: Error | null) => void) => void;
  }
  const prototype = Socket.prototype as unknown as { connect: Connect };
  const connect = prototype.connect;
  prototype.connect = function (this: Socket, options, done) {
    if (options.host?.endsWith('.on.aws') !== true) return connect.call(this, options, done);
    const { lookup: _none, ...rest } = options;
    return connect.call(this, { ...rest, host: '127.0.0.1', port: urlPort } as ConnectOptions, done);
  };
}

async function load({ task, handler }: Start): Promise<Handler> {
  const [module = '', name = ''] = handler.split('.');
  const loaded = (await import(pathToFileURL(join(task, `${module}.mjs`)).href)) as Record<string, unknown>;
  if (typeof loaded[name] !== 'function') throw new Error(`${handler} is no function of ${task}`);
  return loaded[name] as Handler;
}

const start = JSON.parse(process.argv[2] ?? '') as Start;
leadToLoopback(start.urlPort);
const begun = performance.now();
const handler = await load(start);
process.on('message', ({ id, event, deadlineAt }: Invocation) => {
  const context = {
    awsRequestId: id,
    functionName: start.functionName,
    getRemainingTimeInMillis: () => deadlineAt - Date.now(),
  };
  Promise.try(handler, event, context).then(
    (answer) => send({ type: 'answered', id, json: JSON.stringify(answer ?? null) }),
    (error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      send({ type: 'threw', id, name, message });
    },
  );
});
send({ type: 'ready', importMs: performance.now() - begun });
