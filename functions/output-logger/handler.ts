/**
 * Logs the result of each run.
 * OL1. One line for each result; a payload is shown only while it is short.
 * OL2. What is no result is dead-lettered and never holds its partition.
 */
import { assertNever } from '#core/assert-never.ts';
import { decodeEvent, type BatonEvent } from '#core/cloud-event.ts';
import { type DeadLetterProblem } from '#core/dead-letter.ts';
import { parseOutput } from '#core/event-data.ts';
import { eventCatalog, isEventType, topics } from '#core/event-catalog.ts';
import { InfrastructureError, no, ok, type Result } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';
import { failuresFor, recordsOf } from '#core/kafka-records.ts';
import { type KafkaHandler } from '#core/lambda-kafka.ts';
import {
  type BlobStore,
  type LogFields,
  type Logger,
  type LogProducer,
  type LogRecord,
} from '#core/ports.ts';
import { type RunOutcome } from '#core/run/types.ts';
import { putDeadLetters, type DeadLetter } from '../dead-letters.ts';

export interface OutputLoggerDeps {
  readonly log: LogProducer;
  readonly logger: Logger;
  readonly blobs?: BlobStore;
}

/** Longer results show their size instead. */
const shownBytes = 2048;

export function createHandler(deps: OutputLoggerDeps): KafkaHandler {
  return async (event) => {
    const records = recordsOf(event);
    if (!records.ok) throw new InfrastructureError(`${records.problem.code}: ${records.problem.message}`);
    const letters: DeadLetter[] = [];
    for (const record of records.value) {
      const output = readOutput(record);
      if (output.ok) logOutput(deps.logger, output.value);
      else letters.push({ record, problem: output.problem });
    }
    await putDeadLetters(deps, letters);
    return failuresFor(records.value, []);
  };
}

interface Output {
  readonly event: BatonEvent;
  readonly workflow: string;
  readonly outcome: RunOutcome;
}

function readOutput(record: LogRecord): Result<Output, DeadLetterProblem> {
  const decoded = decodeEvent(record);
  if (!decoded.ok) return no({ code: decoded.problem.code, reason: decoded.problem.message });
  const event = decoded.value;
  if (!isEventType(event.type) || eventCatalog[event.type].topic !== topics.output) {
    const code = isEventType(event.type) ? 'CE_WRONG_TOPIC' : 'CE_UNKNOWN_TYPE';
    return no({
      code,
      reason: `an event that is no result of a run: got '${event.type}', expected a type of topic ${topics.output}. Send it to the topic of its type.`,
    });
  }
  const outcome = parseOutput(event.type, event.data);
  if (!outcome.ok) return no({ code: outcome.problem.code, reason: outcome.problem.message });
  const workflow =
    isJsonObject(event.data) && typeof event.data['workflow'] === 'string' ? event.data['workflow'] : '';
  return ok({ event, workflow, outcome: outcome.value });
}

function logOutput(logger: Logger, { event, workflow, outcome }: Output): void {
  const about = { run: event.runid ?? event.subject, workflow, status: outcome.status };
  const fields = { ...about, ...resultFields(outcome) };
  if (outcome.status === 'failed') logger.warn(fields, 'run ended');
  else logger.info(fields, 'run ended');
}

function resultFields(outcome: RunOutcome): LogFields {
  switch (outcome.status) {
    case 'completed': {
      const text = JSON.stringify(outcome.outputs.value);
      const refs = outcome.outputs.refs?.length ?? 0;
      return {
        ...(text.length <= shownBytes
          ? { outputs: outcome.outputs.value }
          : { outputsBytes: Buffer.byteLength(text) }),
        ...(refs > 0 ? { claimChecks: refs } : {}),
      };
    }
    case 'failed': {
      const { code, message } = outcome.failure;
      return { code, reason: message, ...(outcome.step === undefined ? {} : { step: outcome.step }) };
    }
    case 'cancelled':
      return { by: outcome.by, ...(outcome.reason === undefined ? {} : { reason: outcome.reason }) };
    default:
      return assertNever(outcome);
  }
}
