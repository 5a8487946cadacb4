/**
 * The request a Function URL hands to Lambda (payload format 2.0), and the answer it takes; the local HTTP server speaks
 * the same. Source: AWS Lambda Developer Guide, "Invoking Lambda function URLs".
 */
import { type InvocationContext } from '#core/lambda-kafka.ts';

export interface FunctionUrlEvent {
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly rawPath: string;
  /** Names in lower case; repeated headers joined by commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

export interface FunctionUrlResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type FunctionUrlHandler = (
  event: FunctionUrlEvent,
  context: InvocationContext,
) => Promise<FunctionUrlResponse>;

/** Problem JSON (RFC 9457), its detail in four parts. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

export const problemResponse = ({ status, code, detail }: Problem): FunctionUrlResponse => ({
  statusCode: status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ status, code, detail }),
});

/** The body's bytes, or nothing where it is not the base64 it claims to be. */
export function bodyOf(event: FunctionUrlEvent): Uint8Array | undefined {
  const body = event.body ?? '';
  if (!event.isBase64Encoded) return new TextEncoder().encode(body);
  return /^[A-Za-z0-9+/]*={0,2}$/.test(body) && body.length % 4 === 0
    ? Buffer.from(body, 'base64')
    : undefined;
}
