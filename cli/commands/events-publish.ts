/** `events publish <file>`: checks CloudEvents with the codec and sends them, all or none. */
import { type BatonEvent } from '#core/cloud-event.ts';
import { type Store } from '#core/ports.ts';
import { openSession } from '#local/session.ts';
import { type Context } from '../context.ts';
import { readEvents } from '../event-file.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readText } from '../files.ts';
import { isUnhosted, startHostHint } from '../host-presence.ts';
import { configOf } from '../open.ts';
import { typed, usageError } from '../problem.ts';
import { runIdOfStart, sendEvents, topicOf } from '../send.ts';

export interface PublishOptions {
  readonly json?: boolean;
}

export async function publishCommand(
  context: Context,
  file: string,
  options: PublishOptions,
): Promise<ExitCode> {
  const { output } = context;
  const config = configOf(context);
  if (file === '-' && process.stdin.isTTY) {
    if (!context.interactive)
      throw usageError('USAGE', 'stdin is a terminal, and --no-input forbids asking', {
        expected: 'events in a file, or from a pipe',
        hint: 'name a file',
      });
    output.note('Reading events from stdin; end with Ctrl-D.');
  }
  const events = readEvents(readText(file), file === '-' ? 'stdin' : typed(file));
  const session = await openSession(config, { host: 'never' });
  try {
    const { log, store } = session.platform;
    checkTopics(events, await log.topics());
    await sendEvents(log, events);
    for (const event of events) output.data(await sentText(store, event, options.json === true));
    if (isUnhosted(config)) output.note(`Nobody hosts ${config.dataDir}: ${startHostHint}.`);
    return exitCodes.ok;
  } finally {
    await session.close();
  }
}

function checkTopics(events: readonly BatonEvent[], known: readonly { readonly name: string }[]): void {
  const names = new Set(known.map((topic) => topic.name));
  for (const event of events) {
    const topic = topicOf(event) ?? '';
    if (names.has(topic)) continue;
    throw usageError(
      'TOPIC_MISSING',
      `event ${typed(event.id)} belongs on topic ${typed(topic)}, which does not exist`,
      {
        expected: `one of ${[...names].join(', ')}`,
        hint: './baton agents list shows the agents that have a topic',
      },
    );
  }
}

async function sentText(store: Store, event: BatonEvent, json: boolean): Promise<string> {
  const run =
    event.type === 'dev.baton.workflow.requested.v1' ? await runIdOfStart(store, event) : event.subject;
  const sent = { topic: topicOf(event) ?? '', id: event.id, type: event.type, run };
  if (json) return JSON.stringify(sent);
  return [sent.topic, sent.type, sent.id, ...(run === undefined ? [] : [`run ${run}`])].join('  ');
}
