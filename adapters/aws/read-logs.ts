/** What lies in log groups of Amazon CloudWatch Logs. */
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { isJsonObject, type Json, type JsonObject } from '#core/json.ts';
import { askAwsFor } from './ask-aws.ts';

export interface LogEvent {
  /** Of this event alone: windows that overlap give it twice. */
  readonly id: string;
  /** Milliseconds since 1970, as the function's runtime gave it. */
  readonly at: number;
  readonly text: string;
}

export interface WantedEvents {
  readonly group: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** As CloudWatch Logs writes filter patterns; `"<text>"` finds text anywhere in an event. */
  readonly pattern?: string;
}

export interface LogReader {
  /** Oldest first; `undefined` where there is no such group. At most 50,000: what is older comes first, so the newest may be missing then. */
  events(wanted: WantedEvents): Promise<readonly LogEvent[] | undefined>;
  close(): void;
}

/** An event that is an object in JSON. */
export function fieldsOf({ text }: Pick<LogEvent, 'text'>): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const mostEvents = 50_000;

export function openLogReader(): LogReader {
  const client = new CloudWatchLogsClient({});
  return {
    events: (wanted) => readEvents(client, wanted),
    close: () => client.destroy(),
  };
}

async function readEvents(
  client: CloudWatchLogsClient,
  { group, since, pattern }: WantedEvents,
): Promise<readonly LogEvent[] | undefined> {
  const found: LogEvent[] = [];
  let nextToken: string | undefined;
  do {
    const input = {
      logGroupName: group,
      startTime: since,
      ...(pattern !== undefined && { filterPattern: pattern }),
      ...(nextToken !== undefined && { nextToken }),
    };
    const page = await askAwsFor({ client, action: 'logs:FilterLogEvents', about: group }, () =>
      client.send(new FilterLogEventsCommand(input)),
    );
    if (page === undefined) return undefined;
    for (const { eventId, timestamp, message } of page.events ?? [])
      found.push({ id: eventId ?? '', at: timestamp ?? 0, text: (message ?? '').trimEnd() });
    nextToken = page.nextToken;
  } while (nextToken !== undefined && found.length < mostEvents);
  return found;
}
