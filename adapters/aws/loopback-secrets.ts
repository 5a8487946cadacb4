/** AWS's secrets extension, as far as functions use it: `GET /secretsmanager/get?secretId=…`. */
import { createServer } from 'node:http';
import { once } from 'node:events';

export interface SecretsServer {
  readonly port: number;
  /** By ARN; may be changed. */
  readonly secrets: Map<string, string>;
  /** Requests so far. */
  readonly asked: () => number;
  close(): Promise<void>;
}

export async function startSecretsServer(
  token: string,
  entries: Readonly<Record<string, string>> = {},
): Promise<SecretsServer> {
  const secrets = new Map(Object.entries(entries));
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    const url = new URL(request.url ?? '/', 'http://localhost');
    const text = secrets.get(url.searchParams.get('secretId') ?? '');
    const allowed = request.headers['x-aws-parameters-secrets-token'] === token;
    response.statusCode = !allowed ? 403 : text === undefined ? 400 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(allowed && text !== undefined ? { SecretString: text } : {}));
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    port: address.port,
    secrets,
    asked: () => asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
