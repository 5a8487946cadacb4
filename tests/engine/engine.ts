/**
 * The orchestrator and the timer on the embedded adapters, with agents that answer from a table: no invoker, no
 * process, time by hand. Every call of a port is counted, so that tests can say what a batch costs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { type CapabilityKeys } from '#core/capability.ts';
import { decodeEvent, encodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { sources, topics } from '#core/event-catalog.ts';
import { outcomeData, type TaskOutcome } from '#core/event-data.ts';
import { parseRunId, responseId } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { toKafkaEvent } from '#core/kafka-records.ts';
import {
  type AgentFacts,
  type Log,
  type LogConsumer,
  type Logger,
  type LogRecord,
  type Store,
} from '#core/ports.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { createHandler, type OrchestratorDeps } from '#functions/orchestrator/handler.ts';
import { createTimer } from '#functions/timer/handler.ts';

export type Answer = (task: BatonEvent & { readonly input: Json }) => TaskOutcome | 'silent';

export interface EngineOptions {
  readonly workflow: string;
  readonly agents: Readonly<Record<string, Answer>>;
  readonly orchestrator?: Partial<OrchestratorDeps>;
  readonly agentFacts?: Partial<AgentFacts>;
  readonly storeRetentionMs?: number;
}

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

const keys: CapabilityKeys = [{ id: 'test', secret: new Uint8Array(32).fill(7) }];
const context = { awsRequestId: 'r', functionName: 'orchestrator', getRemainingTimeInMillis: () => 60_000 };

export type Engine = Awaited<ReturnType<typeof openEngine>>;

export async function openEngine(options: EngineOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'baton-engine-'));
  const time = { now: Date.parse('2026-01-01T00:00:00Z') };
  const clock = { now: () => time.now };
  const embedded = openEmbedded({ folder, clock });
  const { counts, log, store } = counting(embedded.log, embedded.store);
  const agentNames = Object.keys(options.agents);
  await embedded.log.createTopics(
    [
      topics.request,
      topics.command,
      topics.response,
      topics.output,
      topics.deadLetter,
      ...agentNames.map(topics.step),
    ].map((name) => ({ name, partitions: 4 })),
  );
  const parsed = parseWorkflow(options.workflow, { file: 'test.yaml' });
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ code, message }) => `${code} ${message}`).join('\n'));
  await embedded.store.definitions.put(parsed.value, { activate: true });

  const storeRetentionMs = options.storeRetentionMs ?? 30 * 24 * 3600_000;
  const deps: OrchestratorDeps = {
    log,
    store,
    clock,
    random: { next: () => 0.5, id: () => 'owner' },
    logger: silent,
    keys,
    agents: new Map(
      agentNames.map((name) => [
        name,
        { name, version: '1.0.0', onRedelivery: 'once', ...options.agentFacts },
      ]),
    ),
    storeRetentionMs,
    ...options.orchestrator,
  };
  let handler = createHandler(deps);
  const timer = createTimer({ ...deps, storeRetentionMs });
  const consumers = new Map<string, LogConsumer>();
  const calls = new Map<string, number>();

  const take = async (topic: string): Promise<readonly LogRecord[]> => {
    const consumer = consumers.get(topic) ?? (await embedded.log.consumer({ topic, group: `test.${topic}` }));
    consumers.set(topic, consumer);
    return consumer.poll({ maxRecords: 10_000, maxWaitMs: 0 });
  };
  const deliver = async (records: readonly LogRecord[]): Promise<void> => {
    if (records.length > 0) await handler(toKafkaEvent(records, { bootstrapServers: 'test:9092' }), context);
  };
  const publish = (topic: string, event: BatonEvent): Promise<void> =>
    embedded.log.publish([{ topic, key: event.subject ?? '', ...encodeEvent(event) }]);

  const answerTasks = async (): Promise<number> => {
    let answered = 0;
    for (const name of agentNames) {
      const responses = (await take(topics.step(name))).flatMap((record) => {
        const decoded = decodeEvent(record);
        if (!decoded.ok) throw new Error(decoded.problem.message);
        const task = decoded.value;
        calls.set(
          task.subject + String(task.stepid),
          (calls.get(task.subject + String(task.stepid)) ?? 0) + 1,
        );
        const data = task.data as { readonly input: Json };
        const outcome = options.agents[name]?.({ ...task, input: data.input }) ?? 'silent';
        return outcome === 'silent' ? [] : [responseTo(task, name, outcome)];
      });
      answered += responses.length;
      if (responses.length > 0) {
        await embedded.log.publish(
          responses.map((event) => ({
            topic: topics.response,
            key: event.subject ?? '',
            ...encodeEvent(event),
          })),
        );
      }
    }
    return answered;
  };

  return {
    folder,
    time,
    counts,
    calls,
    embedded,
    log,
    store,
    deps,
    take,
    deliver,
    publish,
    answerTasks,
    timer,
    /** Forgets everything in memory, as a new sandbox would. */
    restart: () => {
      handler = createHandler(deps);
    },
    start: (id: string, input: Json, extra: Partial<BatonEvent> = {}, data: object = {}) =>
      publish(topics.request, {
        id,
        source: '/test',
        type: 'dev.baton.workflow.requested.v1',
        data: { workflow: parsed.value.name, input, ...data },
        ...extra,
      }),
    cancel: (runId: string, id = 'cancel') =>
      publish(topics.command, {
        id,
        source: '/test',
        type: 'dev.baton.run.cancel.v1',
        subject: runId,
        runid: runId,
        data: { by: 'tester' },
      }),
    /** Delivers what is there until nothing moves; the orchestrator's three topics in turn, then the agents. */
    async settle() {
      for (let round = 0; round < 10_000; round += 1) {
        let moved = 0;
        for (const topic of [topics.request, topics.command, topics.response]) {
          const records = await take(topic);
          moved += records.length;
          await deliver(records);
        }
        moved += await answerTasks();
        if (moved === 0) return;
      }
      throw new Error('the engine does not settle');
    },
    /** Moves time on and lets the timer look. */
    async pass(ms: number) {
      time.now += ms;
      await timer.tick();
    },
    outputs: async () => events(await take(topics.output)),
    deadLetters: () => take(topics.deadLetter),
    run: async (runId: string) => {
      const id = parseRunId(runId);
      return id === undefined ? undefined : store.runs.get(id);
    },
    async close() {
      for (const consumer of consumers.values()) await consumer.close();
      await embedded.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const events = (records: readonly LogRecord[]): readonly BatonEvent[] =>
  records.map((record) => {
    const decoded = decodeEvent(record);
    if (!decoded.ok) throw new Error(decoded.problem.message);
    return decoded.value;
  });

export function responseTo(task: BatonEvent, agent: string, outcome: TaskOutcome): BatonEvent {
  const { subject, runid, stepid, attempt, capability } = task;
  const runId = parseRunId(runid);
  if (runId === undefined || stepid === undefined || attempt === undefined) throw new Error('not a task');
  return {
    id: responseId(runId, stepid, attempt),
    source: sources.agent(agent),
    ...outcomeData(outcome),
    runid: runId,
    stepid,
    attempt,
    ...(subject === undefined ? {} : { subject }),
    ...(capability === undefined ? {} : { capability }),
  };
}

export const completed = (value: Json): TaskOutcome => ({ status: 'completed', output: { value } });

/** Counts calls of every method, as `commits.insert`, and lets a test make the next one fail. */
function counting(log: Log, store: Store) {
  const counts = new Map<string, number>();
  const wrap = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(object, key, receiver) {
        const value: unknown = Reflect.get(object, key, receiver);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]): unknown => {
          const method = `${name}.${String(key)}`;
          counts.set(method, (counts.get(method) ?? 0) + 1);
          return Reflect.apply(value as (...all: readonly unknown[]) => unknown, object, args);
        };
      },
    });
  const { commits, runs, definitions, inbox, blobs, invocations } = store;
  return {
    counts,
    log: wrap('log', log),
    store: {
      commits: wrap('commits', commits),
      runs: wrap('runs', runs),
      definitions: wrap('definitions', definitions),
      inbox: wrap('inbox', inbox),
      blobs: wrap('blobs', blobs),
      invocations: wrap('invocations', invocations),
    },
  };
}
