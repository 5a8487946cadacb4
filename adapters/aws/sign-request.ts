/**
 * Signs requests to functions of this account behind Function URLs with IAM (AWS Signature, version 4).
 * SR1. Only addresses that the deployment itself gave are signed: a session token never goes to a stranger.
 */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Request {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface SignerOptions {
  /** Absent: nothing is signed. */
  readonly credentials: AwsCredentials | undefined;
  /** The addresses whose requests are signed. */
  readonly addresses: Iterable<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Posts as `post` does, signed where the address is one of the deployment's own Function URLs. */
export function signedPost<R extends Request, A>(
  post: (request: R) => Promise<A>,
  { credentials, addresses, now }: SignerOptions,
): (request: R) => Promise<A> {
  const regions = new Map(
    [...addresses].flatMap((address) => {
      const url = new URL(address);
      const [, region] = /\.lambda-url\.([a-z0-9-]+)\.on\.aws$/.exec(url.hostname) ?? [];
      return region === undefined || url.protocol !== 'https:' ? [] : [[url.origin, region] as const];
    }),
  );
  return async (request) => {
    const region = regions.get(new URL(request.url).origin); // SR1
    if (region === undefined || credentials === undefined) return post(request);
    return post({ ...request, headers: await sign(request, { credentials, region, now }) });
  };
}

async function sign(
  { url, headers, body }: Request,
  { credentials, region, now }: Pick<SignerOptions, 'now'> & { credentials: AwsCredentials; region: string },
): Promise<Record<string, string>> {
  const { hostname, pathname } = new URL(url);
  const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256 });
  const unsigned = { protocol: 'https:', method: 'POST', hostname, path: pathname, body };
  const signed = await signer.sign(
    { ...unsigned, headers: { ...headers, host: hostname } },
    { signingDate: new Date(now()) },
  );
  // The connection writes `host` itself, as it was signed.
  return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== 'host'));
}

type Data = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Data): Uint8Array => {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/** Node's own hash, in the shape that the signer wants: a class. */
class Sha256 {
  private readonly hash: Hash | Hmac;
  constructor(secret?: Data) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: Data): void {
    this.hash.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
  reset(): void {
    // Each use makes its own.
  }
}
