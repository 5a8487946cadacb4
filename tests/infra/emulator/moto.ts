/** moto's server, started for a test: AWS's interfaces on loopback, and CloudFormation that makes what it knows. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Emulator {
  readonly endpoint: string;
  /** What AWS answers to one request; a refusal is an error with AWS's words. */
  call(service: string, request: Request): Promise<string>;
  stop(): Promise<void>;
}

interface Request {
  readonly method?: 'POST' | 'PUT' | 'GET';
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const root = join(import.meta.dirname, '..', '..', '..');
/** Where `.ci/run` puts it; a `PATH` that has it is as good. */
const own = join(root, '.cache', 'python', 'bin', 'moto_server');
const requirements = 'tests/infra/emulator/requirements.txt';

export async function startMoto(): Promise<Emulator> {
  const command = existsSync(own) ? own : 'moto_server';
  const { error } = spawnSync(command, ['--help'], { stdio: 'ignore' });
  assert.equal(
    error,
    undefined,
    `moto could not be started: got no command moto_server, expected it on the PATH or in .cache/python. ` +
      `Install it: python3 -m venv .cache/python && .cache/python/bin/pip install -r ${requirements}`,
  );
  const server = spawn(command, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = once(server, 'exit');
  const said: string[] = [];
  const endpoint = await announced(server.stderr, said);
  return {
    endpoint,
    call: (service, request) => call({ endpoint, said }, service, request),
    async stop() {
      server.kill();
      await exited;
    },
  };
}

/** Resolves with its address; what it says from then on is kept, for whoever wants to know why it failed. */
function announced(output: NodeJS.ReadableStream, said: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const lines = createInterface({ input: output });
  lines.on('line', (line) => {
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (address !== undefined) resolve(address);
    said.push(line);
  });
  lines.once('close', () =>
    reject(
      new Error(
        `moto ended at once: got ${said.slice(-5).join(' | ')}, expected an address. Run moto_server by hand and read what it says.`,
      ),
    ),
  );
  return promise;
}

async function call(
  { endpoint, said }: { readonly endpoint: string; readonly said: readonly string[] },
  service: string,
  request: Request,
): Promise<string> {
  const { method = 'POST', path = '/', headers = {}, body } = request;
  const response = await fetch(`${endpoint}${path}`, {
    method,
    headers: {
      // Nothing is checked of it but which service and region are meant.
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  assert.ok(
    response.ok,
    `${service} ${body?.slice(0, 80) ?? path}: ${response.status} ${text.slice(0, 500)}\n${said.slice(-12).join('\n')}`,
  );
  return text;
}
