/** `events tail --topic T`: the events of a topic as they come, a line each. */
import { manifests } from '#agents/manifests.ts';
import { redactCapability } from '#core/capability.ts';
import { type BatonEvent, decodeEvent } from '#core/cloud-event.ts';
import { readDeadLetter } from '#core/dead-letter-read.ts';
import { topics } from '#core/event-catalog.ts';
import { type LogRecord } from '#core/ports.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { openSession } from '#local/session.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { catchInterruption } from '../interruption.ts';
import { configOf } from '../open.ts';
import { typed, usageError } from '../problem.ts';
import { cut, hideCapabilities, oneLine, redacted } from '../record-text.ts';

export interface TailOptions {
  readonly topic: string;
  readonly fromBeginning?: boolean;
  readonly follow: boolean;
  readonly json?: boolean;
}

export async function tailCommand(context: Context, options: TailOptions): Promise<ExitCode> {
  const { output } = context;
  const config = configOf(context);
  const interruption = catchInterruption();
  const session = await openSession(config, { host: 'never', reading: !options.follow });
  try {
    const { log } = session.platform;
    const topic = findTopic(
      options.topic,
      (await log.topics()).map(({ name }) => name),
    );
    const fromBeginning = options.fromBeginning === true || !options.follow;
    if (!fromBeginning)
      output.note(`Waiting for events on ${topic}. End with Ctrl-C; --from-beginning shows older ones.`);
    const records = log.read({
      topic,
      // From the end without following, there would be nothing to read.
      from: fromBeginning ? 'beginning' : 'end',
      follow: options.follow,
      signal: AbortSignal.any([interruption.signal, output.closed]),
    });
    for await (const record of records)
      output.data(options.json === true ? jsonLine(record) : textLine(record));
    return interruption.signal.aborted ? exitCodes.interrupted : exitCodes.ok;
  } finally {
    await session.close();
    interruption.dispose();
  }
}

const shortNames: Readonly<Record<string, string>> = {
  request: topics.request,
  command: topics.command,
  response: topics.response,
  output: topics.output,
  dlq: topics.deadLetter,
};

function findTopic(asked: string, known: readonly string[]): string {
  const short = Object.hasOwn(shortNames, asked) ? shortNames[asked] : undefined;
  const topic = [asked, short, topics.step(asked)].find((name) => name !== undefined && known.includes(name));
  if (topic !== undefined) return topic;
  const names = [...Object.keys(shortNames), ...manifests.map((manifest) => manifest.name)];
  const near = nearest(asked, [...names, ...known]);
  throw usageError('TOPIC_MISSING', `there is no topic ${typed(asked)}`, {
    expected: `${names.join(', ')}, or a whole topic name`,
    hint: near === undefined ? './baton topics list shows all' : `did you mean '${near}'?`,
  });
}

/** Dead letters keep the bytes of what was refused: those that do not decode are shown as they are. */
function decode(record: LogRecord): BatonEvent | undefined {
  const decoded = decodeEvent(record);
  return decoded.ok ? decoded.value : undefined;
}

const place = (record: LogRecord): string => `${record.partition}/${record.offset}`;

function textLine(record: LogRecord): string {
  const event = decode(record);
  const head = `${new Date(record.timestamp).toISOString()}  ${place(record).padEnd(6)}`;
  const mark = readDeadLetter(record);
  if (mark?.type === 'redriven') return `${head}  sent again: ${mark.id} by ${oneLine(mark.by)}`;
  const why = deadLetterText(record);
  if (event === undefined)
    return `${head}  ${why ?? 'not a CloudEvent'}  ${redacted(cut(valueText(record)))}`;
  const { runid, stepid, attempt, capability, type } = event;
  const parts = [
    head,
    type.replace(/^dev\.baton\./, ''),
    runid ?? event.subject ?? event.id,
    stepid === undefined ? undefined : `${stepid}${attempt === undefined ? '' : `#${attempt}`}`,
    capability === undefined ? undefined : redactCapability(capability),
    why,
    event.data === undefined ? undefined : cut(redacted(JSON.stringify(event.data))),
  ];
  return parts
    .filter((part) => part !== undefined)
    .map(oneLine)
    .join('  ');
}

/** The CloudEvent as it could be sent again, its capability apart, with `record` saying where it lies. */
function jsonLine(record: LogRecord): string {
  const { topic, partition, offset, timestamp } = record;
  const key = record.key === null ? null : new TextDecoder().decode(record.key);
  const where = { topic, partition, offset, time: new Date(timestamp).toISOString(), key };
  const event = decode(record);
  const refused = deadLetterHeaders(record);
  if (event === undefined)
    return JSON.stringify({ value: redacted(valueText(record)), record: where, ...refused });
  const { extensions, data, ...attributes } = event;
  const whole = { specversion: '1.0', ...attributes, ...extensions, ...(data === undefined ? {} : { data }) };
  return JSON.stringify({ ...hideCapabilities(whole), record: where, ...refused });
}

/** `deadLetter`: why the record was refused and where it came from, as its headers tell. */
function deadLetterHeaders(record: LogRecord): { readonly deadLetter?: Readonly<Record<string, string>> } {
  const told = record.headers
    .filter(([name]) => name.startsWith('baton-dlq-'))
    .map(
      ([name, value]) =>
        [name.slice('baton-dlq-'.length), redacted(new TextDecoder().decode(value))] as const,
    );
  return told.length === 0 ? {} : { deadLetter: Object.fromEntries(told) };
}

function deadLetterText(record: LogRecord): string | undefined {
  const { deadLetter } = deadLetterHeaders(record);
  return deadLetter === undefined
    ? undefined
    : `[${deadLetter['code'] ?? '?'}: ${cut(deadLetter['reason'] ?? '')}]`;
}

const valueText = (record: LogRecord): string =>
  record.value === null ? '(no value)' : new TextDecoder().decode(record.value);
