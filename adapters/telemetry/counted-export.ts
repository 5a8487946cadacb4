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
}

export interface CountedExportOptions {
  readonly exporter: SpanExporter;
  /** Spans that wait at most, those being sent included. */
  readonly queueSize: number;
  /** Once, at the first span that is lost: why. */
  readonly onFirstDrop: (reason: string) => void;
}

export function countedExport({ exporter, queueSize, onFirstDrop }: CountedExportOptions): CountedExport {
  let waiting = 0;
  let dropped = 0;
  const drop = (count: number, reason: string): void => {
    if (dropped === 0 && count > 0) onFirstDrop(reason);
    dropped += count;
  };
  const settled = (spans: readonly ReadableSpan[], { code, error }: ExportResult): void => {
    waiting -= spans.length;
    if (Number(code) !== success) drop(spans.length, error?.message ?? 'the exporter refused them');
  };
  const counting: SpanExporter = {
    export(spans, done) {
      exporter.export(spans, (result) => {
        settled(spans, result);
        // A loss is told here, once; the SDK would print each one.
        done({ code: success });
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
  const batches = new BatchSpanProcessor({ exporter: counting, maxQueueSize: queueSize });
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
  return { processor, dropped: () => dropped };
}
