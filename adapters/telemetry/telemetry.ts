/**
 * What a process has of telemetry.
 * TE1. Nothing configured: nothing is loaded, wrapped, said or sent.
 * TE2. Telemetry never fails or holds up a run: what cannot be sent is counted, and said once.
 */
import { type Config } from '../config.ts';
import { type Logger } from '#core/ports.ts';
import { type Tracing } from './tracing.ts';

export interface Telemetry {
  readonly enabled: boolean;
  /** What composition roots wrap with; absent where nothing is configured. */
  readonly tracing?: Tracing;
  /** Sends what waits, within `timeoutMs`; what does not leave in that time goes on waiting. Never rejects. */
  flush(timeoutMs: number): Promise<void>;
  /** Sends what waits, two seconds at most, and says how many spans were lost, if any. Never rejects. */
  shutdown(): Promise<void>;
  /** Spans that could not be sent so far. */
  dropped(): number;
}

export const noTelemetry: Telemetry = {
  enabled: false,
  flush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
  dropped: () => 0,
};

/** Loads the SDK only where an exporter is asked for. */
export async function startTelemetry(config: Config['telemetry'], logger: Logger): Promise<Telemetry> {
  if (!isAsked(config)) return noTelemetry;
  const { openTelemetry } = await import('./open-telemetry.ts');
  return openTelemetry(config, logger);
}

/** Jaeger by its two variables, or any of the standard ones that name an exporter or where it sends to. */
function isAsked({ jaeger, standard }: Config['telemetry']): boolean {
  if (standard['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  if (standard['OTEL_TRACES_EXPORTER'] === 'none') return false;
  return (
    jaeger !== undefined ||
    standard['OTEL_TRACES_EXPORTER'] !== undefined ||
    standard['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined ||
    standard['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] !== undefined
  );
}
