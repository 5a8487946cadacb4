/** Spans as Baton's wrappers make them; `sdk.ts` is the one place that makes real ones. */
import { type Hop } from './hop.ts';

export type SpanKind = 'internal' | 'producer' | 'consumer' | 'client' | 'server';
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanSpec {
  readonly name: string;
  readonly kind?: SpanKind;
  /** Absent: the span begins a trace. */
  readonly parent?: Hop | undefined;
  /** Derived ids; drawn where they are absent. `traceId` counts only without a parent. */
  readonly traceId?: string;
  readonly spanId?: string;
  /** Milliseconds since 1970, with fractions. */
  readonly startAt: number;
  readonly attributes?: SpanAttributes;
  readonly links?: readonly Hop[];
}

export interface OpenSpan {
  readonly hop: Hop;
  set(attributes: SpanAttributes): void;
  /** Marks it as failed: `type` is a code or the name of an error, never its text. */
  fail(type: string): void;
  /** Once; later calls change nothing. Default: now. */
  end(at?: number): void;
}

export interface Spans {
  start(spec: SpanSpec): OpenSpan;
  /** Whether a trace that begins under this id is kept. */
  samples(traceId: string): boolean;
}

/** Milliseconds since 1970, finer than `Date.now()`: most of what is measured takes less than one. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();

export const errorTypeOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);
