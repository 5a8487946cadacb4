/**
 * Runs every function of the topology in this process, fed by the log, by HTTP and by the timer: what AWS does for
 * the deployed system, done here by the same handlers.
 * H1. Hosted HTTP agents listen before anything can call them.
 * H2. Stopping takes ten seconds at most: what is in flight finishes, or is given back and comes again.
 */
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { endsWithin } from '#adapters/timers.ts';
import { type FunctionSpec, type Topology } from '#infra/topology.ts';
import { type HttpServer, serveFunction } from './http-server.ts';
import { type Mapping, startMapping } from './invoker.ts';
import { type LoadedFunction, loadFunction, type LoadFunction, traced } from './load-function.ts';
import { refuseMappings } from './mapping-limits.ts';
import { noticing, startTimerLoop, type TimerLoop } from './timer-loop.ts';
import { systemTimers, type Timers } from './timers.ts';

export interface HostOptions {
  readonly platform: Platform;
  readonly topology: Topology;
  /** Deletes log records older than a time (ms since 1970) that every group has passed. */
  readonly trimLog?: (before: number) => Promise<unknown>;
  /** As the events name the brokers. */
  readonly bootstrapServers?: string;
  readonly load?: LoadFunction;
  readonly timers?: Timers;
  /** Of HTTP agents that others host, by agent name. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Where hosted HTTP agents listen; default: each on a free port of loopback. */
  readonly address?: { readonly host: string; readonly port: number };
  /** Plain http and loopback are allowed for HTTP agents; default true. */
  readonly development?: boolean;
}

export interface Host {
  /** Where the hosted HTTP agents listen, by agent name. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Stops everything; a second call waits for the first. */
  stop(): Promise<void>;
  /** Rejects if a part of the host itself broke, which is a bug. Never resolves. */
  readonly failed: Promise<never>;
}

/** With the second that mappings have to part from their log, and a second each for timer and HTTP: ten (H2). */
const mappingGraceMs = 7_000;
const timerGraceMs = 1_000;
const httpGraceMs = 1_000;
const trimFirstMs = 60_000;
const trimEveryMs = 10 * 60_000;

interface Starting {
  readonly options: HostOptions;
  /** The platform as the functions get it: deadlines they write reach the timer loop. */
  readonly platform: Platform;
  readonly timers: Timers;
  /** What has been started, to be stopped in reverse order. */
  readonly started: AsyncDisposableStack;
  /** Closed last, when nothing calls them any more. */
  readonly loaded: LoadedFunction[];
  loop?: TimerLoop;
}

/**
 * Throws `InfrastructureError` where log, store or ports do not let it start, or a mapping is none that AWS would have;
 * nothing is left running then.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  refuseMappings(options.topology.functions);
  const starting = begin(options);
  try {
    const endpoints = await startHttpAgents(starting);
    await startTimer(starting, endpoints);
    const mappings = await startMappings(starting, endpoints);
    startTrimming(starting);
    const failed = Promise.withResolvers<never>();
    for (const mapping of mappings) mapping.done.catch(failed.reject);
    // Whoever wants to know waits for it; a host nobody asks must not end the process this way.
    failed.promise.catch(() => undefined);
    let stopping: Promise<void> | undefined;
    return { endpoints, failed: failed.promise, stop: () => (stopping ??= starting.started.disposeAsync()) };
  } catch (error) {
    await starting.started.disposeAsync();
    throw error;
  }
}

function begin(options: HostOptions): Starting {
  const { platform, timers = systemTimers } = options;
  const starting: Starting = {
    options,
    platform: noticing(platform, (at) => starting.loop?.notice(at)),
    timers,
    started: new AsyncDisposableStack(),
    loaded: [],
  };
  starting.started.defer(async () => {
    await Promise.all(starting.loaded.map((loaded) => loaded.close()));
  });
  return starting;
}

async function startHttpAgents(starting: Starting): Promise<Readonly<Record<string, string>>> {
  const { options, platform, timers, started } = starting;
  const specs = options.topology.functions.filter((spec) => spec.http);
  const servers: { readonly spec: FunctionSpec; readonly server: HttpServer }[] = [];
  started.defer(async () => {
    await Promise.all(servers.map(({ server }) => server.close(httpGraceMs)));
  });
  await allOrFirstFailure(
    specs.map(async (spec) => {
      const loaded = await load(starting, spec, {});
      const server = await serveFunction({
        handler: loaded.http(),
        functionName: spec.name,
        timeoutMs: spec.timeoutMs,
        clock: platform.clock,
        logger: platform.logger,
        timers,
        ...(options.address && { address: options.address }),
      });
      servers.push({ spec, server });
    }),
  );
  return Object.fromEntries(
    servers.flatMap(({ spec, server }) => spec.agents.map((agent) => [agent, server.url])),
  );
}

async function startMappings(starting: Starting, endpoints: HostEndpoints): Promise<readonly Mapping[]> {
  const { options, platform, timers, started } = starting;
  const specs = options.topology.functions.filter((spec) => spec.mappings.length > 0);
  const mappings: Mapping[] = [];
  started.defer(async () => {
    await Promise.all(mappings.map((mapping) => mapping.stop({ graceMs: mappingGraceMs })));
  });
  await allOrFirstFailure(
    specs.map(async (spec) => {
      const handler = (await load(starting, spec, endpoints)).kafka();
      for (const mapping of spec.mappings) {
        const consumer = await platform.log.consumer(mapping);
        const { clock, logger } = platform;
        const bootstrapServers = options.bootstrapServers ?? 'embedded:9092';
        const { name: functionName, timeoutMs } = spec;
        mappings.push(
          startMapping({
            mapping,
            consumer,
            handler,
            functionName,
            timeoutMs,
            clock,
            logger,
            bootstrapServers,
            timers,
          }),
        );
      }
    }),
  );
  return mappings;
}

async function startTimer(starting: Starting, endpoints: HostEndpoints): Promise<void> {
  const { options, platform, timers, started } = starting;
  for (const spec of options.topology.functions.filter((candidate) => candidate.scheduled)) {
    const timer = (await load(starting, spec, endpoints)).timer();
    const loop = startTimerLoop({ timer, clock: platform.clock, logger: platform.logger, timers });
    starting.loop = loop;
    // A tick that waits for a store which does not answer is given up: whatever it was to send is still due.
    started.defer(async () => void (await endsWithin(timers, timerGraceMs, loop.stop())));
  }
}

/** Waits for all, also after one has failed: what the others start meanwhile must be known to be stopped. */
async function allOrFirstFailure(parts: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(parts);
  await Promise.all(parts);
}

type HostEndpoints = Readonly<Record<string, string>>;

async function load(
  starting: Starting,
  spec: FunctionSpec,
  endpoints: HostEndpoints,
): Promise<LoadedFunction> {
  const settings: FunctionSettings = {
    name: spec.name,
    agents: spec.agents,
    partialResponses: spec.mappings.some((mapping) => mapping.partialResponses),
    endpoints: { ...starting.options.endpoints, ...endpoints },
    development: starting.options.development ?? true,
    storeRetentionMs: starting.options.topology.storeRetentionMs,
  };
  // What a function writes to its log names the function, as a log group does on AWS.
  const platform = {
    ...starting.platform,
    logger: starting.platform.logger.child({ function: spec.name }),
  };
  const loaded = await traced(starting.options.load ?? loadFunction)(spec, platform, settings);
  starting.loaded.push(loaded);
  return loaded;
}

/** The log is kept as long as its topics say; nothing waits for it to get shorter. */
function startTrimming({ options, platform, timers, started }: Starting): void {
  const { trimLog, topology } = options;
  if (trimLog === undefined) return;
  const retentionMs = Math.max(...topology.topics.map((topic) => topic.retentionMs));
  let cancel = (): void => undefined;
  const trim = async (): Promise<void> => {
    try {
      await trimLog(platform.clock.now() - retentionMs);
    } catch (error) {
      platform.logger.warn({ error }, 'log not trimmed; trying again later');
    }
  };
  let running = Promise.resolve();
  const schedule = (ms: number): void => {
    cancel = timers.after(ms, () => {
      running = trim();
      schedule(trimEveryMs);
    });
  };
  schedule(trimFirstMs);
  started.defer(async () => {
    cancel();
    await running;
  });
}
