/**
 * The AWS services that `--aws` asks, on loopback: the real SDK clients are led here by `AWS_ENDPOINT_URL`. It speaks
 * their three protocols (REST with JSON, JSON with a target header, form in and XML out) and answers as it is told.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** What an operation was asked: members of its JSON or form, of its path and query. */
export type AwsInput = Readonly<Record<string, unknown>>;

export type AwsAnswer =
  | { readonly type: 'json'; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly type: 'xml'; readonly body: string }
  /** `name` as the service's API model names its error. */
  | { readonly type: 'error'; readonly status: number; readonly name: string; readonly message: string };

export type Answer = (input: AwsInput) => AwsAnswer | Promise<AwsAnswer>;

/** By IAM's name of the action, e.g. `lambda:Invoke`. */
export type Answers = Readonly<Record<string, Answer>>;

export interface LoopbackAws {
  /** For the environment of a process. */
  readonly env: Readonly<Record<string, string>>;
  /** Actions that were asked for, in order. */
  readonly asked: readonly { readonly action: string; readonly input: AwsInput }[];
  /** Replaces answers from here on. */
  answer(answers: Answers): void;
  close(): Promise<void>;
}

export async function startLoopbackAws(first: Answers): Promise<LoopbackAws> {
  const asked: { action: string; input: AwsInput }[] = [];
  let answers = first;
  const server = createServer((request, response) => {
    void (async () => {
      const { action, input } = recognise(request, await bodyOf(request));
      asked.push({ action, input });
      const answer = answers[action] ?? unexpected(action);
      write(response, action, await answer(input));
    })().catch((error: unknown) => {
      response.statusCode = 500;
      response.end(JSON.stringify({ message: String(error) }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${address.port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      AWS_MAX_ATTEMPTS: '2',
      // No file of the machine that runs the tests.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    asked,
    answer: (next) => {
      answers = { ...answers, ...next };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const unexpected =
  (action: string): Answer =>
  () => ({
    type: 'error',
    status: 400,
    name: 'UnknownOperationException',
    message: `${action} has no answer here`,
  });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

interface Recognised {
  readonly action: string;
  readonly input: AwsInput;
}

const targets: Readonly<Record<string, string>> = {
  Logs_20140328: 'logs',
  secretsmanager: 'secretsmanager',
  GraniteServiceVersion20100801: 'cloudwatch',
};

function recognise(request: IncomingMessage, body: string): Recognised {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const [service = '', operation = ''] = target.split('.');
    return { action: `${targets[service] ?? service}:${operation}`, input: JSON.parse(body) as AwsInput };
  }
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
    const form = Object.fromEntries(new URLSearchParams(body));
    return { action: `cloudformation:${form['Action'] ?? ''}`, input: form };
  }
  return recogniseRest(request, body);
}

const restPaths: readonly (readonly [method: string, path: RegExp, action: string])[] = [
  ['GET', /^\/2015-03-31\/event-source-mappings\/?$/, 'lambda:ListEventSourceMappings'],
  [
    'GET',
    /^\/2015-03-31\/functions\/(?<FunctionName>[^/]+)\/configuration$/,
    'lambda:GetFunctionConfiguration',
  ],
  ['POST', /^\/2015-03-31\/functions\/(?<FunctionName>[^/]+)\/invocations$/, 'lambda:Invoke'],
  ['GET', /^\/v1\/clusters\/(?<ClusterArn>[^/]+)\/topics$/, 'kafka:ListTopics'],
  ['GET', /^\/v1\/clusters\/(?<ClusterArn>[^/]+)\/topics\/(?<TopicName>[^/]+)$/, 'kafka:DescribeTopic'],
];

function recogniseRest(request: IncomingMessage, body: string): Recognised {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  for (const [method, path, action] of restPaths) {
    const match = path.exec(url.pathname);
    if (match === null || method !== request.method) continue;
    const groups = (match.groups ?? {}) as Readonly<Record<string, string>>;
    const inPath = Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)] as const);
    return {
      action,
      input: { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(inPath), ...(body !== '' && { body }) },
    }; // prettier-ignore
  }
  return { action: `unknown:${request.method ?? ''} ${url.pathname}`, input: {} };
}

function write(response: ServerResponse, action: string, answer: AwsAnswer): void {
  const [service = ''] = action.split(':');
  const form = service === 'cloudformation';
  const [status, type, text] = rendered(answer, form);
  response.statusCode = status;
  response.setHeader('content-type', type);
  response.setHeader('x-amzn-requestid', '8f6a1a2e-6d1b-4a35-9d51-2f1f7a1a0b3c');
  // REST services name their errors in a header.
  if (answer.type === 'error' && (service === 'lambda' || service === 'kafka'))
    response.setHeader('x-amzn-errortype', answer.name);
  if (answer.type === 'json')
    for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.end(text);
}

function rendered(answer: AwsAnswer, form: boolean): readonly [status: number, type: string, text: string] {
  if (answer.type === 'json') return [200, 'application/json', JSON.stringify(answer.body)];
  if (answer.type === 'xml') return [200, 'text/xml', answer.body];
  const { status, name, message } = answer;
  if (!form) return [status, 'application/json', JSON.stringify({ __type: name, message })];
  const xml = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error><RequestId>8f6a1a2e-6d1b-4a35-9d51-2f1f7a1a0b3c</RequestId></ErrorResponse>`;
  return [status, 'text/xml', xml];
}
