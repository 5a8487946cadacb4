/** Outgoing HTTP as a port. `adapters/http/post-event.ts` is the real one. */
import { type Failure } from '#core/failure.ts';

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Milliseconds for the whole exchange. */
  readonly timeoutMs: number;
  /** Ends the exchange before: nobody reads the answer any more. */
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** As sent, `''` where absent. */
  readonly contentType: string;
  readonly retryAfter?: string;
  readonly body: Uint8Array;
}

/**
 * Posts and reads the whole answer. Follows no redirect, connects only to checked addresses, reads at most 1 MiB.
 * Never rejects: `failed` carries HTTP_TIMEOUT, HTTP_UNREACHABLE, HTTP_BODY_LIMIT, HTTP_REDIRECT_BLOCKED, SSRF_BLOCKED,
 * URL_SCHEME, URL_CREDENTIALS or HTTP_HEADER_INVALID, or HTTP_CONTENT_TYPE for a compressed answer.
 */
export type PostEvent = (
  request: PostRequest,
) => Promise<
  | { readonly type: 'answered'; readonly answer: HttpAnswer }
  | { readonly type: 'failed'; readonly failure: Failure }
>;
