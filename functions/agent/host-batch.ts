/**
 * A batch of tasks from the log, for whichever way the agents are called.
 * HB1. What is no task is dead-lettered and never holds its partition.
 * HB2. A record is acknowledged once its response is acknowledged, or none is due any more.
 * HB3. One delivery of a task is worked on at a time in this process; others take its end as theirs.
 * HB4. Only `InfrastructureError` escapes.
 */
import { InfrastructureError } from '#core/failure.ts';
import { failuresFor, recordsOf } from '#core/kafka-records.ts';
import { type InvocationContext, type KafkaBatchResponse, type KafkaHandler } from '#core/lambda-kafka.ts';
import { type Invocation } from '#core/invocation-store.ts';
import { type LogRecord } from '#core/ports.ts';
import { putDeadLetters, type DeadLetter } from '../dead-letters.ts';
import { finishThenSend } from '../writes-in-turn.ts';
import { type HostDeps, type HostedAgent } from './host.ts';
import { aboutTask, decodeTask, type HostTask } from './host-task.ts';
import { createLeases, leaseMs } from './invocation-lease.ts';
import { performTask, type Job, type Performed, type PerformDeps } from './perform-task.ts';
import { createSettle } from './settle.ts';

/** Kept of the function's time to store, publish and answer, milliseconds. */
export const answerMarginMs = 5_000;

interface Delivery {
  readonly record: LogRecord;
  readonly task: HostTask;
}

interface Host extends PerformDeps {
  readonly agents: ReadonlyMap<string, HostedAgent>;
  readonly names: ReadonlySet<string>;
  /** Tasks worked on in this process, by id. */
  readonly current: Map<string, Promise<Performed>>;
}

export function createTaskHandler(deps: HostDeps, agents: ReadonlyMap<string, HostedAgent>): KafkaHandler {
  const host: Host = {
    ...deps,
    agents,
    names: new Set(agents.keys()),
    current: new Map(),
    holdLease: createLeases(deps),
    settle: createSettle({
      ...deps,
      finishAndSend: deps.joint?.finishAndSend ?? finishThenSend(deps.log, deps.invocations),
    }),
  };
  return async (event, context) => {
    const records = recordsOf(event);
    if (!records.ok) throw new InfrastructureError(`${records.problem.code}: ${records.problem.message}`);
    const unfinished = await hostRecords(host, records.value, context);
    return answer(host, records.value, unfinished);
  };
}

function answer(
  host: Host,
  records: readonly LogRecord[],
  unfinished: readonly LogRecord[],
): KafkaBatchResponse {
  if (host.partialResponses || unfinished.length === 0) return failuresFor(records, unfinished);
  throw new InfrastructureError(
    `${unfinished.length} of ${records.length} tasks are unfinished, the first at ${placeOf(unfinished[0])}. They come again; the finished ones are recognised then.`,
  );
}

async function hostRecords(
  host: Host,
  records: readonly LogRecord[],
  context: InvocationContext,
): Promise<readonly LogRecord[]> {
  const { deliveries, letters } = decodeAll(host, records);
  if (letters.length > 0) await putDeadLetters(host, letters);
  const timeUpAt = host.clock.now() + context.getRemainingTimeInMillis() - answerMarginMs;
  const due = deliveries.filter(({ task }) => !isExpired(host, task));
  if (due.length === 0) return [];
  if (timeUpAt <= host.clock.now()) return due.map(({ record }) => record);
  const performed = await Promise.all(startAll(host, due, timeUpAt));
  return due.filter((_, index) => performed[index] !== 'done').map(({ record }) => record);
}

function decodeAll(host: Host, records: readonly LogRecord[]) {
  const deliveries: Delivery[] = [];
  const letters: DeadLetter[] = [];
  for (const record of records) {
    const task = decodeTask(record, host.names);
    if (task.ok) deliveries.push({ record, task: task.value });
    else letters.push({ record, problem: task.problem });
  }
  return { deliveries, letters };
}

/** Nobody waits for it any more: the attempt's deadline has decided already. */
function isExpired(host: Host, task: HostTask): boolean {
  if (task.expiresAt === undefined || task.expiresAt > host.clock.now()) return false;
  host.logger.info({ ...aboutTask(task), expiresAt: task.expiresAt }, 'expired task dropped');
  return true;
}

function startAll(
  host: Host,
  deliveries: readonly Delivery[],
  timeUpAt: number,
): readonly Promise<Performed>[] {
  const fresh: Started[] = [];
  const ends = deliveries.map(({ record, task }) => {
    const running = host.current.get(task.id);
    if (running !== undefined) return withinTime(host, running, timeUpAt);
    const agent = host.agents.get(task.agent);
    if (agent === undefined) return Promise.resolve<Performed>('done'); // decodeTask let none through
    const { promise, resolve } = Promise.withResolvers<Performed>();
    // Noted before anything is awaited: a second delivery, in this batch or another, finds it.
    host.current.set(task.id, promise);
    fresh.push({ record, job: { task, agent, timeUpAt }, owner: host.random.id(), resolve });
    return promise;
  });
  void performAll(host, fresh);
  return ends;
}

interface Started {
  readonly record: LogRecord;
  readonly job: Job;
  readonly owner: string;
  readonly resolve: (performed: Performed) => void;
}

async function performAll(host: Host, started: readonly Started[]): Promise<void> {
  const once = started.filter(({ job }) => job.agent.manifest.onRedelivery === 'once');
  const claims = once.length === 0 ? new Map<string, Invocation>() : await claimAll(host, once);
  for (const one of started) {
    void performOne(host, one, claims).then((performed) => {
      host.current.delete(one.job.task.id);
      one.resolve(performed);
    });
  }
}

/**
 * One write for the batch; nothing at all where no agent keeps a record. `unknown`: the store did not answer, or so late
 * that the leases it gave were over by then and may be another host's.
 */
async function claimAll(
  host: Host,
  once: readonly Started[],
): Promise<ReadonlyMap<string, Invocation> | 'unknown'> {
  const now = host.clock.now();
  try {
    const leaseUntil = now + leaseMs;
    const claims = once.map(({ job, owner }) => ({ id: job.task.id, owner, leaseUntil }));
    const answers = await host.invocations.claim(claims, now);
    if (host.clock.now() >= leaseUntil) {
      host.logger.warn({ claims: claims.length }, 'claims answered after their leases; tasks come again');
      return 'unknown';
    }
    return new Map(once.flatMap(({ job }, index) => (answers[index] ? [[job.task.id, answers[index]]] : [])));
  } catch (error) {
    logUnfinished(host, 'claims not stored', error);
    return 'unknown';
  }
}

/** Never rejects: what fails is told by its record coming again, or by its dead letter. */
async function performOne(
  host: Host,
  { record, job, owner }: Started,
  claims: ReadonlyMap<string, Invocation> | 'unknown',
): Promise<Performed> {
  const once = job.agent.manifest.onRedelivery === 'once';
  try {
    if (!once) return await performTask(host, job, owner, undefined);
    const claim = claims === 'unknown' ? undefined : claims.get(job.task.id);
    return claim === undefined ? 'unfinished' : await performTask(host, job, owner, claim);
  } catch (error) {
    if (error instanceof InfrastructureError) {
      logUnfinished(host, 'task unfinished', error);
      return 'unfinished';
    }
    return await setAside(host, record, error);
  }
}

/** A bug of the engine costs this task, not the partition. */
async function setAside(host: Host, record: LogRecord, error: unknown): Promise<Performed> {
  host.logger.error({ place: placeOf(record), error }, 'bug while hosting a task');
  const what = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  const reason = `the host of the agent failed on this task: got ${what}; expected none. Report it; redrive the letter once it is mended.`;
  try {
    await putDeadLetters(host, [{ record, problem: { code: 'ENGINE_BUG', reason } }]);
    return 'done';
  } catch {
    return 'unfinished';
  }
}

/** The end of a task that another delivery works on, as far as this invocation can wait for it. */
function withinTime(host: Host, running: Promise<Performed>, timeUpAt: number): Promise<Performed> {
  return new Promise((resolve) => {
    const cancel = host.timers.after(timeUpAt - host.clock.now(), () => resolve('unfinished'));
    void running.then((performed) => {
      cancel();
      resolve(performed);
    });
  });
}

const logUnfinished = (host: Host, message: string, error: unknown): void =>
  host.logger.warn({ reason: error instanceof Error ? error.message : 'unknown' }, message);

const placeOf = (record: LogRecord | undefined): string =>
  record === undefined ? 'nowhere' : `${record.topic}-${record.partition} offset ${record.offset}`;
