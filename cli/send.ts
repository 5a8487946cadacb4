/** Sends CloudEvents to the log: topic and key follow from the event. */
import { type Platform } from '#adapters/platform.ts';
import { decisionData, type DecisionData } from '#core/approval-data.ts';
import { type BatonEvent, encodeEvent } from '#core/cloud-event.ts';
import { eventCatalog, isEventType, sources } from '#core/event-catalog.ts';
import { checkJson } from '#core/json-bytes.ts';
import { isJsonObject, type JsonObject } from '#core/json.ts';
import { defaultTenant, type RunId } from '#core/ids.ts';
import { type LogProducer, type Random, type Store } from '#core/ports.ts';
import { createDefinitions } from '#functions/orchestrator/definitions.ts';
import { runIdOfStart as runIdIn } from '#functions/orchestrator/starts.ts';
import { exitCodes } from './exit-codes.ts';
import { toldError } from './problem.ts';

/** Of an event whose type is in the catalog; `undefined` for any other. */
export function topicOf(event: BatonEvent): string | undefined {
  if (!isEventType(event.type)) return undefined;
  const agent =
    isJsonObject(event.data) && typeof event.data['agent'] === 'string' ? event.data['agent'] : '';
  return eventCatalog[event.type].topic.replace('{agent}', agent);
}

export async function sendEvents(log: LogProducer, events: readonly BatonEvent[]): Promise<void> {
  await log.publish(
    events.map((event) => ({ topic: topicOf(event) ?? '', key: event.subject ?? '', ...encodeEvent(event) })),
  );
}

/** A start, whose trace begins here where one is kept. Throws `CliError` where nobody could read it. */
export async function sendStart(
  { log, telemetry }: Platform,
  event: BatonEvent,
  runId: RunId,
): Promise<void> {
  const problem = checkJson(event.data ?? null, '/data');
  if (problem !== undefined) throw toldError(exitCodes.usage, problem);
  const started = telemetry?.tracing?.start(event, runId);
  try {
    await sendEvents(log, [started?.event ?? event]);
    started?.sent();
  } catch (error) {
    started?.sent(error);
    throw error;
  }
}

export interface StartOrder {
  /** `name` or `name@range`. */
  readonly workflow: string;
  readonly input: JsonObject;
  /** The ended run whose recorded results are used again. */
  readonly retryOf?: RunId;
  /** Whose run it is, where it is not of those without a tenant. */
  readonly tenant?: string;
  /** Beside those that the workflow declares. */
  readonly labels?: Readonly<Record<string, string>>;
}

export const startEvent = (
  random: Random,
  now: number,
  { workflow, input, retryOf, tenant = defaultTenant, labels }: StartOrder,
): BatonEvent => ({
  id: random.id(),
  source: sources.cli,
  type: 'dev.baton.workflow.requested.v1',
  time: new Date(now).toISOString(),
  ...(tenant === defaultTenant ? {} : { tenantid: tenant }),
  data: {
    workflow,
    input,
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(labels === undefined ? {} : { labels }),
  },
});

/** The run that a start opens, as the orchestrator will derive it. */
export async function runIdOfStart(store: Pick<Store, 'definitions'>, event: BatonEvent): Promise<RunId> {
  return runIdIn(createDefinitions(store.definitions), event);
}

export const decisionEvent = (
  random: Random,
  now: number,
  runId: RunId,
  decision: DecisionData,
): BatonEvent => ({
  id: random.id(),
  source: sources.cli,
  type: 'dev.baton.approval.decided.v1',
  subject: runId,
  runid: runId,
  time: new Date(now).toISOString(),
  data: decisionData(decision),
});

export const cancelEvent = (
  random: Random,
  now: number,
  { runId, by, reason }: { readonly runId: RunId; readonly by: string; readonly reason?: string },
): BatonEvent => ({
  id: random.id(),
  source: sources.cli,
  type: 'dev.baton.run.cancel.v1',
  subject: runId,
  runid: runId,
  time: new Date(now).toISOString(),
  data: { by, ...(reason === undefined ? {} : { reason }) },
});
