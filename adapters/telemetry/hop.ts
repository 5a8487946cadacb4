/**
 * A place in a trace as it travels from hop to hop (W3C Trace Context), and the ids that are derived, not drawn.
 * HP1. A run whose start brought no context has the trace that follows from its id: every process and every
 *      redelivery agrees on it, and nothing of it has to be stored.
 * HP2. What is no trace context is none at all: a hop is never guessed from half of one.
 */
import { createHash } from 'node:crypto';

export interface Hop {
  /** 32 and 16 digits of lower-case hex, neither all zeros. */
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

export function parseHop(traceparent: string | undefined): Hop | undefined {
  const [, traceId, spanId, flags] = pattern.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatHop = ({ traceId, spanId, sampled }: Hop): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

/** HP1 */
export const traceIdOfRun = (runId: string): string => hexOf(['trace', runId], 32);

/** The first span of a run that brought no context. */
export const rootSpanIdOf = (runId: string): string => hexOf(['root', runId], 16);

/** The dispatch of a step: the parent of each of its attempts, whichever process sends it. */
export const dispatchSpanIdOf = (runId: string, step: string): string => hexOf(['dispatch', runId, step], 16);

const hexOf = (parts: readonly string[], digits: number): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, digits);
