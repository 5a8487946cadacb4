/**
 * Spans to a Jaeger agent over UDP.
 * JA1. This exporter writes binary Thrift, which an agent takes on 6832. On 6831 it expects compact Thrift and throws
 *      away what comes, in silence: so that port is never sent to.
 * JA2. A span that does not fit a packet loses its longest texts first, and is counted as dropped if that is not enough.
 */
import { isIPv6 } from 'node:net';
import { JaegerExporter } from '@opentelemetry/exporter-jaeger';
import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import { failed as failedCode, success } from './counted-export.ts';

const compactThriftPort = 6831;
export const binaryThriftPort = 6832;

export const jaegerPortFor = (port: number): number => (port === compactThriftPort ? binaryThriftPort : port);

export function jaegerAgentExporter(options: { readonly host: string; readonly port: number }): SpanExporter {
  const { host, port } = options;
  // The exporter hands on what it does not know itself; its socket is one of IPv4 unless told otherwise.
  const socket = isIPv6(host) ? { socketType: 'udp6' } : {};
  const agent = new JaegerExporter({ host, port, flushTimeout: 1_000, ...socket });
  return {
    export(spans, done) {
      void sendAll(agent, spans).then((failed) =>
        done(failed === undefined ? { code: success } : { code: failedCode, error: failed }),
      );
    },
    shutdown: () => agent.shutdown(),
    forceFlush: () => agent.forceFlush(),
  };
}

async function sendAll(agent: JaegerExporter, spans: readonly ReadableSpan[]): Promise<Error | undefined> {
  let failed: Error | undefined;
  // A few at a time: the exporter gives up all that is left at the first span it cannot send.
  for (let from = 0; from < spans.length; from += atOnce) {
    const some = spans.slice(from, from + atOnce).map(fitting);
    const result = await new Promise<Error | undefined>((resolve) =>
      agent.export(some, ({ error }) => resolve(error)),
    );
    failed ??= result;
  }
  return failed;
}

const atOnce = 32;
/** What a packet holds, less what surrounds the attributes. */
const textsLimit = 50_000;
const cutTo = 256;

/** The span with its texts cut where together they would not fit (JA2). */
export function fitting(span: ReadableSpan): ReadableSpan {
  const entries = Object.entries(span.attributes);
  const size = entries.reduce((sum, [name, value]) => sum + name.length + textOf(value).length, 0);
  if (size <= textsLimit) return span;
  const cut = entries.map(([name, value]) => [name, shorter(value)] as const);
  // The span is a class with accessors: what is not replaced stays its own.
  return Object.create(span, { attributes: { value: Object.fromEntries(cut) } }) as ReadableSpan;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

const shorter = (value: unknown): string | number | boolean => {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = textOf(value);
  return text.length <= cutTo ? text : `${text.slice(0, cutTo)}… (cut, ${text.length} characters)`;
};
