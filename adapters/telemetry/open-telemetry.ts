/** Opens the exporter that a configuration asks for, and everything around it. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { type SpanExporter } from '@opentelemetry/sdk-trace';
import { type Logger } from '#core/ports.ts';
import { type Config } from '../config.ts';
import { endsWithin, systemTimers } from '../timers.ts';
import { countedExport } from './counted-export.ts';
import { openSdk } from './sdk.ts';
import { type Telemetry } from './telemetry.ts';
import { createTracing } from './tracing.ts';

type Asked = Config['telemetry'];

const defaultQueueSize = 8_192;
const shutdownMs = 2_000;

export async function openTelemetry(asked: Asked, logger: Logger): Promise<Telemetry> {
  return withExporter(asked, logger, await exporterOf(asked, logger));
}

/** The same around any exporter: tests bring one that keeps its spans in memory. */
export function withExporter(asked: Asked, logger: Logger, exporter: SpanExporter): Telemetry {
  const counted = countedExport({
    exporter,
    queueSize: positive(asked, 'OTEL_BSP_MAX_QUEUE_SIZE') ?? defaultQueueSize,
    delayMs: positive(asked, 'OTEL_BSP_SCHEDULE_DELAY'),
    batchSize: positive(asked, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
    onFirstDrop: (reason) =>
      logger.warn(
        { reason, target: targetOf(asked) },
        'spans could not be sent; they are counted from here on, and runs go on',
      ),
  });
  const sdk = openSdk({ ...asked, processor: counted.processor });
  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await within(shutdownMs, () => sdk.shutdown());
    counted.giveUp();
    if (counted.dropped() > 0)
      logger.warn({ dropped: counted.dropped(), target: targetOf(asked) }, 'spans were lost');
  };
  return {
    enabled: true,
    tracing: createTracing(sdk.spans),
    flush: (timeoutMs) => within(timeoutMs, () => sdk.flush()),
    shutdown: () => (ending ??= end()),
    dropped: () => counted.dropped(),
  };
}

async function exporterOf(asked: Asked, logger: Logger): Promise<SpanExporter> {
  const { standard } = asked;
  const named = standard['OTEL_TRACES_EXPORTER'];
  const jaeger = agentOf(asked);
  if (jaeger !== undefined) {
    const { jaegerAgentExporter, jaegerPortFor } = await import('./jaeger-agent.ts');
    const port = jaegerPortFor(jaeger.port);
    if (port !== jaeger.port)
      logger.info(
        { host: jaeger.host, asked: jaeger.port, used: port },
        'spans go to the port of binary Thrift: an agent throws them away on that of compact Thrift',
      );
    return jaegerAgentExporter({ host: jaeger.host, port });
  }
  if (named !== undefined && named !== 'otlp')
    logger.warn(
      { name: 'OTEL_TRACES_EXPORTER', got: named, expected: 'otlp, jaeger or none' },
      'exporter not known; OTLP is used',
    );
  const protocol = standard['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? standard['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if (protocol !== undefined && protocol !== 'http/protobuf')
    logger.warn(
      { got: protocol, expected: 'http/protobuf' },
      'OTLP protocol not supported; http/protobuf is used',
    );
  return new OTLPTraceExporter();
}

/** What is no such number is as good as unset, as the standard has it. */
function positive({ standard }: Asked, name: string): number | undefined {
  const value = Number(standard[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** The Jaeger agent, where spans go there: another exporter that is asked for by name wins. */
function agentOf({ jaeger, standard }: Asked): Asked['jaeger'] {
  const named = standard['OTEL_TRACES_EXPORTER'];
  return named === undefined || named === 'jaeger' ? jaeger : undefined;
}

function targetOf(asked: Asked): string {
  const { standard } = asked;
  const jaeger = agentOf(asked);
  if (jaeger !== undefined) return `${jaeger.host}:${jaeger.port}`;
  return (
    standard['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ??
    standard['OTEL_EXPORTER_OTLP_ENDPOINT'] ??
    'http://localhost:4318'
  );
}

/** How it fails is nobody's concern either. */
async function within(ms: number, work: () => Promise<void>): Promise<void> {
  await endsWithin(
    systemTimers,
    ms,
    work().catch(() => undefined),
  );
}
