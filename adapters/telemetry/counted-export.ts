/**
 * The way of a span to its exporter: through a bounded queue, in batches, every one that does not arrive counted.
 * CX1. What the queue has no room for is dropped at once: no step waits for a backend.
 * CX2. The first loss is said; later ones only count, until they are said again at the end.
 */
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';

type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];
/** Of the SDK's `ExportResultCode`. */
export const success = 0;
export const failed = 1;

export interface CountedExport {
  readonly processor: SpanProcessor;
  dropped(): number;
  /** Counts what is still on its way as lost: nobody will wait for it. */
  giveUp(): void;
}

export interface CountedExportOptions {
  readonly exporter: SpanExporter;
  /** Spans that wait at most, those being sent included. */
  readonly queueSize: number;
  /** Between two sendings, milliseconds, and spans of one; the SDK's own where they are absent. */
  readonly delayMs?: number | undefined;
  readonly batchSize?: number | undefined;
  /** Once, at the first span that is lost: why. */
  readonly onFirstDrop: (reason: string) => void;
}

export function countedExport(options: CountedExportOptions): CountedExport {
  const { exporter, queueSize, onFirstDrop, delayMs, batchSize } = options;
  let waiting = 0;
  let dropped = 0;
  /** Ends each export in progress, for the SDK: it would wait for it, and keep the process. */
  const sending = new Set<() => void>();
  const drop = (count: number, reason: string): void => {
    if (dropped === 0 && count > 0) onFirstDrop(reason);
    dropped += count;
  };
  const settled = (spans: readonly ReadableSpan[], { code, error }: ExportResult): void => {
    // Given up before: they are counted already.
    if (waiting === 0) return;
    waiting -= spans.length;
    if (Number(code) !== success) drop(spans.length, error?.message ?? 'the exporter refused them');
  };
  const counting: SpanExporter = {
    export(spans, done) {
      // A loss is told here, once; the SDK would print each one.
      const finish = (): void => {
        if (sending.delete(finish)) done({ code: success });
      };
      sending.add(finish);
      exporter.export(spans, (result) => {
        settled(spans, result);
        finish();
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
  const batches = new BatchSpanProcessor({
    exporter: counting,
    maxQueueSize: queueSize,
    ...(delayMs === undefined ? {} : { scheduledDelayMillis: delayMs }),
    ...(batchSize === undefined ? {} : { maxExportBatchSize: batchSize }),
  });
  const processor: SpanProcessor = {
    onStart: (span, context) => batches.onStart(span, context),
    onEnd(span) {
      if ((span.spanContext().traceFlags & 1) === 0) return;
      if (waiting >= queueSize) return drop(1, `more than ${queueSize} spans are waiting to be sent`);
      waiting += 1;
      batches.onEnd(span);
    },
    forceFlush: () => batches.forceFlush(),
    shutdown: () => batches.shutdown(),
  };
  const giveUp = (): void => {
    const left = waiting;
    waiting = 0;
    drop(left, 'the backend did not take them in time');
    for (const finish of sending) finish();
  };
  return { processor, dropped: () => dropped, giveUp };
}
