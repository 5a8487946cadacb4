/** Loads the composition root of a function by its entry in the topology. */
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import { type FunctionSpec } from '#infra/topology.ts';
import { type UrlHandler } from './http-server.ts';
import { type TimerFunction } from './timer-loop.ts';

/** What `create` of `functions/<kind>/index.ts` gives, by how the function is fed. */
export interface LoadedFunction {
  readonly kafka: () => KafkaHandler;
  readonly http: () => UrlHandler;
  readonly timer: () => TimerFunction;
  /** Gives back what the function holds (threads, connections); many hold nothing. */
  readonly close: () => Promise<void>;
}

export type LoadFunction = (
  spec: FunctionSpec,
  platform: Platform,
  settings: FunctionSettings,
) => Promise<LoadedFunction>;

export const loadFunction: LoadFunction = async (spec, platform, settings) => {
  const module: unknown = await import(`#${spec.entry}`);
  if (!isObject(module) || typeof module.create !== 'function')
    throw new TypeError(
      `${spec.entry} exports no create(platform, settings): every function of the topology must.`,
    );
  const create = module.create as (platform: Platform, settings: FunctionSettings) => unknown;
  return asLoaded(await create(platform, settings), spec.entry);
};

/** The same with spans around it, where the platform has telemetry. */
export const traced =
  (load: LoadFunction): LoadFunction =>
  async (spec, platform, settings) => {
    const tracing = platform.telemetry?.tracing?.function(spec.name);
    if (tracing === undefined) return load(spec, platform, settings);
    const loaded = await load(spec, tracing.platform(platform), settings);
    return {
      ...loaded,
      kafka: () => tracing.handler(loaded.kafka()),
      http: () => tracing.handler(loaded.http()),
    };
  };

/** The seam between modules loaded by name and types: each kind is checked for what it must be. */
export function asLoaded(created: unknown, entry: string): LoadedFunction {
  const called = <T>(as: string): T => {
    if (typeof created === 'function') return created as T;
    throw new TypeError(`create of ${entry} gave ${typeof created}, expected ${as}.`);
  };
  return {
    kafka: () => called<KafkaHandler>('a Kafka handler'),
    http: () => called<UrlHandler>('a function URL handler'),
    timer: () => {
      if (isObject(created) && typeof created.tick === 'function') return created as unknown as TimerFunction;
      throw new TypeError(`create of ${entry} gave ${typeof created}, expected an object with tick().`);
    },
    close: async () => {
      if (isObject(created) && typeof created.close === 'function') await (created.close as () => unknown)();
    },
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
