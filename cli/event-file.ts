/** CloudEvents as a person writes them: one event, a list of events, or one event per line; checked by the codec. */
import { parseDecision } from '#core/approval-data.ts';
import { type BatonEvent, decodeEvent } from '#core/cloud-event.ts';
import { eventCatalog, isEventType, topics } from '#core/event-catalog.ts';
import { parseCancel, parseStartRequest, parseTask, parseWake } from '#core/event-data.ts';
import { type Failure, type Result } from '#core/failure.ts';
import { parseRunId } from '#core/ids.ts';
import { checkParsed } from '#core/json-bytes.ts';
import { type Json } from '#core/json.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { parseJson } from './files.ts';
import { exitCodes } from './exit-codes.ts';
import { type CliError, toldError, typed, usageError } from './problem.ts';

/** Every event of the text. `name` is what messages call it. Throws `CliError` at the first that cannot be sent. */
export const readEvents = (text: string, name: string): readonly BatonEvent[] =>
  split(text, name).map(({ json, where }) => parseEvent(json, where));

interface EventText {
  readonly json: string;
  readonly where: string;
}

function split(text: string, name: string): readonly EventText[] {
  const trimmed = text.trim();
  if (trimmed === '')
    throw usageError('EVENT_MISSING', `${name} is empty`, {
      expected: 'a CloudEvent in JSON, a list of them, or one per line',
      hint: 'examples/request.json is one',
    });
  const lines = trimmed.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line)))
    return lines.map((json, index) => ({ json, where: `line ${index + 1} of ${name}` }));
  if (!trimmed.startsWith('[')) return [{ json: trimmed, where: name }];
  const list = parseJson(trimmed, name) as readonly Json[];
  // Written again one by one, events would hide what the first reading changed: a number too big, say.
  const problem = checkParsed(list, '', trimmed, (again) => again);
  if (problem !== undefined) throw refused(problem, `${name}: `);
  return list.map((event, index) => ({
    json: JSON.stringify(event),
    where: `event ${index + 1} of ${name}`,
  }));
}

const structured = [['content-type', Buffer.from('application/cloudevents+json')]] as const;

function parseEvent(json: string, where: string): BatonEvent {
  const decoded = decodeEvent({ value: Buffer.from(json), headers: structured });
  if (!decoded.ok) throw refused(decoded.problem, `${where} cannot be sent: `);
  const event = decoded.value;
  if (!isEventType(event.type)) throw unknownType(event.type, where);
  const problem = dataProblem(event);
  if (problem !== undefined) throw refused(problem, `${where} cannot be sent: `);
  if (
    eventCatalog[event.type].topic === topics.command &&
    parseRunId(event.runid ?? event.subject) === undefined
  )
    throw usageError('ID_INVALID', `${where} does not say which run it is for`, {
      expected: 'a run id in subject',
      hint: './baton runs list shows the ids',
    });
  return event;
}

const refused = ({ code, message }: Pick<Failure, 'code' | 'message'>, before: string): CliError =>
  toldError(exitCodes.usage, { code, message: `${before}${message}` });

function unknownType(type: string, where: string): CliError {
  const near = nearest(type, Object.keys(eventCatalog));
  return usageError('CE_UNKNOWN_TYPE', `${where} has type ${typed(type)}, which Baton does not know`, {
    expected: `one of ${Object.keys(eventCatalog).join(', ')}`,
    hint: near === undefined ? 'take one of those' : `did you mean '${near}'?`,
  });
}

/** Of the types that people may send; what agents and the engine send is checked where it is taken in. */
function dataProblem(event: BatonEvent): Failure | undefined {
  const parse = parsers.get(event.type);
  const parsed = parse?.(event.data);
  return parsed === undefined || parsed.ok ? undefined : parsed.problem;
}

const parsers = new Map<string, (data: Json | undefined) => Result<unknown>>([
  ['dev.baton.workflow.requested.v1', parseStartRequest],
  ['dev.baton.run.cancel.v1', parseCancel],
  ['dev.baton.approval.decided.v1', parseDecision],
  ['dev.baton.run.wake.v1', parseWake],
  ['dev.baton.step.requested.v1', parseTask],
]);
