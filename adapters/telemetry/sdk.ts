/**
 * The tracing SDK: the one file that makes real spans. Loaded only where something is configured.
 * SK1. Ids that are derived are used as given; all others are drawn.
 * SK2. A span is handed to the exporter or counted as dropped; the queue between is bounded and nothing waits for it.
 */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind as ApiKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  type IdGenerator,
  ParentBasedSampler,
  RandomIdGenerator,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { type Hop } from './hop.ts';
import { type OpenSpan, preciseNow, type SpanKind, type Spans, type SpanSpec } from './span.ts';

export interface SdkOptions {
  readonly serviceName: string;
  /** The `OTEL_*` variables; the sampler is read from them here. */
  readonly standard: Readonly<Record<string, string>>;
  readonly processor: SpanProcessor;
}

export interface Sdk {
  readonly spans: Spans;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

export function openSdk({ serviceName, standard, processor }: SdkOptions): Sdk {
  const ids = derivableIds();
  const sampler = samplerOf(standard);
  const node = new NodeSDK({
    // Spans alone: what else the environment may ask of the SDK is not what Baton sends.
    autoDetectResources: false,
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
    sampler,
    idGenerator: ids,
    spanProcessors: [processor],
    resource: resourceOf(serviceName, standard),
    // A span over 65,000 bytes does not fit a UDP packet; none of Baton's comes near it with these.
    spanLimits: { attributeValueLengthLimit: 4_096, attributeCountLimit: 64, linkCountLimit: 128 },
  });
  // Spans that agents make themselves through the API go the same way; who asks last is who it belongs to.
  trace.disable();
  node.start();
  const tracer = trace.getTracer('baton');
  const start = (spec: SpanSpec): OpenSpan => {
    ids.next(spec);
    try {
      const span = tracer.startSpan(spec.name, optionsOf(spec), contextOf(spec.parent));
      return openSpan(span);
    } finally {
      ids.next({});
    }
  };
  return {
    spans: { start, samples: (traceId) => isSampled(sampler, traceId) },
    flush: () => processor.forceFlush(),
    shutdown: () => node.shutdown(),
  };
}

/** As the standard has it: OTEL_SERVICE_NAME wins over a name among OTEL_RESOURCE_ATTRIBUTES, which wins over ours. */
function resourceOf(serviceName: string, standard: SdkOptions['standard']): Resource {
  const named = resourceFromAttributes({ 'service.name': serviceName });
  const told = detectResources({ detectors: [envDetector] });
  return standard['OTEL_SERVICE_NAME'] === undefined
    ? defaultResource().merge(named).merge(told)
    : defaultResource().merge(told).merge(named);
}

type DerivableIds = IdGenerator & { next(ids: { traceId?: string; spanId?: string }): void };

function derivableIds(): DerivableIds {
  const random = new RandomIdGenerator();
  let derived: { readonly traceId?: string; readonly spanId?: string } = {};
  return {
    next: (ids) => (derived = ids),
    generateTraceId: () => derived.traceId ?? random.generateTraceId(),
    generateSpanId: () => derived.spanId ?? random.generateSpanId(),
  };
}

const optionsOf = ({ kind = 'internal', startAt, attributes = {}, links = [] }: SpanSpec) => ({
  kind: kinds[kind],
  startTime: startAt,
  attributes: attributes as Attributes,
  links: links.map((link) => ({ context: spanContextOf(link) })),
});

const contextOf = (parent: Hop | undefined): Context =>
  parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent));

const spanContextOf = ({ traceId, spanId, sampled }: Hop): SpanContext => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote: true,
});

function openSpan(span: Span): OpenSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  let ended = false;
  return {
    hop: { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 },
    set: (attributes) => void span.setAttributes(attributes),
    fail: (type) => {
      span.setAttribute('error.type', type);
      span.setStatus({ code: SpanStatusCode.ERROR });
    },
    end: (at) => {
      if (ended) return;
      ended = true;
      span.end(at ?? preciseNow());
    },
  };
}

const kinds: Readonly<Record<SpanKind, ApiKind>> = {
  internal: ApiKind.INTERNAL,
  producer: ApiKind.PRODUCER,
  consumer: ApiKind.CONSUMER,
  client: ApiKind.CLIENT,
  server: ApiKind.SERVER,
};

/** As `OTEL_TRACES_SAMPLER` and its argument say; what they do not say well is taken as the default, all of it. */
function samplerOf(standard: Readonly<Record<string, string>>): Sampler {
  const argument = Number(standard['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  const ratio = argument >= 0 && argument <= 1 ? argument : 1;
  switch (standard['OTEL_TRACES_SAMPLER']) {
    case 'always_off':
      return new AlwaysOffSampler();
    case 'always_on':
      return new AlwaysOnSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
    default:
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
}

const isSampled = (sampler: Sampler, traceId: string): boolean =>
  sampler.shouldSample(ROOT_CONTEXT, traceId, '', ApiKind.INTERNAL, {}, []).decision ===
  SamplingDecision.RECORD_AND_SAMPLED;
