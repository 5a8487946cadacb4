/**
 * Checks a signature as AWS does, written from its description alone, so that it agrees with no library's mistakes.
 * Source: AWS Identity and Access Management User Guide, "Create a signed AWS API request" (Signature Version 4).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** What is wrong with it, or nothing. */
export function signatureProblem(
  request: SignedRequest,
  scope: { readonly signer: Signer; readonly region: string; readonly now: number },
): string | undefined {
  const { headers } = request;
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/;
  const found = pattern.exec(headers.authorization ?? '');
  if (found === null) return 'no signature';
  const [, keyId, date = '', region = '', service = '', names = '', signature = ''] = found;
  const time = String(headers['x-amz-date']);
  const signed = names.split(';');
  if (keyId !== scope.signer.accessKeyId) return 'another key';
  if (region !== scope.region || service !== 'lambda') return `signed for ${service} in ${region}`;
  if (headers['x-amz-security-token'] !== scope.signer.sessionToken) return 'another session';
  if (!['host', 'x-amz-date', 'x-amz-security-token'].every((name) => signed.includes(name)))
    return `only ${names} are signed`;
  if (!time.startsWith(date) || Math.abs(scope.now - timeOf(time)) > 5 * 60_000) return `signed at ${time}`;
  const canonical = [
    request.method,
    request.path,
    '',
    ...signed.map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    names,
    createHash('sha256').update(request.body).digest('hex'),
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', time, `${date}/${region}/${service}/aws4_request`, digest].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${scope.signer.secretAccessKey}`,
  );
  return timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex')) ? undefined : 'a wrong signature';
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** `20261123T004500Z` */
const timeOf = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
