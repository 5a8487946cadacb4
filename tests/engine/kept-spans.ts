/** Telemetry that keeps its spans, with the real SDK around them. */
import { type ReadableSpan, InMemorySpanExporter } from '@opentelemetry/sdk-trace';
import { attributes } from '#adapters/telemetry/attributes.ts';
import { isTaskSent } from '#adapters/telemetry/jaeger-query.ts';
import { withExporter } from '#adapters/telemetry/open-telemetry.ts';
import { type TreeSpan } from '#adapters/telemetry/span-tree.ts';
import { type Telemetry } from '#adapters/telemetry/telemetry.ts';
import { type Logger } from '#core/ports.ts';

export interface KeptSpan extends TreeSpan {
  readonly traceId: string;
  readonly attributes: ReadableSpan['attributes'];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

export function keepSpans(standard: Readonly<Record<string, string>> = {}) {
  const exporter = new InMemorySpanExporter();
  let opened: Telemetry | undefined;
  return {
    telemetry: (logger: Logger): Telemetry =>
      (opened = withExporter({ serviceName: 'baton', standard }, logger, exporter)),
    async spans(): Promise<readonly KeptSpan[]> {
      await opened?.flush(5_000);
      return exporter.getFinishedSpans().map(kept);
    },
  };
}

function kept(span: ReadableSpan): KeptSpan {
  const { traceId, spanId } = span.spanContext();
  const error = span.attributes[attributes.errorType];
  const attempt = span.attributes[attributes.attempt];
  return {
    traceId,
    spanId,
    ...(span.parentSpanContext && { parentId: span.parentSpanContext.spanId }),
    name: span.name,
    startAt: span.startTime[0] * 1_000 + span.startTime[1] / 1e6,
    durationMs: span.duration[0] * 1_000 + span.duration[1] / 1e6,
    ...(typeof error === 'string' && { error }),
    ...(isTaskSent(span.name) && typeof attempt === 'number' && { note: `attempt ${attempt}` }),
    attributes: span.attributes,
    links: span.links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId })),
  };
}
