/** Records that must change nothing: forged, of a run that does not exist, or unreadable. */
import { encodeEvent } from '#core/cloud-event.ts';
import { sources, topics } from '#core/event-catalog.ts';
import { runIdOf } from '#core/ids.ts';
import { type LogRecord } from '#core/ports.ts';
import { type System } from './system.ts';
import { type World } from './world.ts';

/** A real response with one character of its capability changed, or for another attempt. */
export function forge(world: World, system: System): void {
  const record = anyRecord(world, system, topics.response);
  if (record === undefined || record.value === null) return;
  const text = new TextDecoder().decode(record.value);
  const forged = world.choices.chance(0.5)
    ? text.replace(
        /"capability":"([^"]*)(.)"/,
        (_all, rest: string, last: string) => `"capability":"${rest}${after(last)}"`,
      )
    : text.replace(/"attempt":(\d+)/, (_all, attempt: string) => `"attempt":${Number(attempt) + 1}`);
  if (forged === text) return;
  intrude(system, { ...record, value: bytes(forged) }, 'answered');
  world.note('forged');
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Going round: what was forged already is not made whole again. */
const after = (letter: string): string => alphabet[(alphabet.indexOf(letter) + 1) % alphabet.length] ?? 'A';

/** A wake, a cancel or somebody else's response, for a run that nobody has started and nobody will. */
export function stranger(world: World, system: System): void {
  const runId = runIdOf({ tenant: 'default', source: '/nobody', id: 'stranger' });
  system.records.stranger(runId);
  // A cancel takes a minute of looking again until it is answered: less often than the others.
  const kind = (['wake', 'response', 'wake', 'response', 'cancel'] as const)[world.choices.pick(5)];
  const envelope = { id: `stranger-${world.now}`, subject: runId, runid: runId };
  if (kind === 'response') {
    const record = anyRecord(world, system, topics.response);
    if (record === undefined || record.value === null) return;
    const theirs = new TextDecoder().decode(record.value);
    const own = /"runid":"([^"]+)"/.exec(theirs)?.[1];
    if (own === undefined) return;
    const value = bytes(theirs.replaceAll(own, runId));
    intrude(system, { ...record, key: bytes(runId), value }, 'answered');
  } else if (kind === 'wake') {
    const data = { wakeSentAt: world.now };
    const event = { ...envelope, source: sources.timer, type: 'dev.baton.run.wake.v1', data };
    intrude(system, { topic: topics.command, key: runId, ...encodeEvent(event) }, 'dropped');
  } else {
    const data = { by: 'somebody' };
    const event = { ...envelope, source: '/nobody', type: 'dev.baton.run.cancel.v1', data };
    intrude(system, { topic: topics.command, key: runId, ...encodeEvent(event) }, 'answered');
  }
  world.note('stranger');
  world.note(`stranger ${kind}`);
}

const unreadable: readonly (string | null)[] = [
  null,
  '',
  '{"specversion":"1.0"',
  '{"specversion":"1.0","id":"p","source":"/p","type":"dev.baton.nothing.known.v1","data":{}}',
  '{"specversion":"1.0","id":"p","source":"/p","type":"dev.baton.run.completed.v1","data":{}}',
  '\u0000\u0001\u0002',
];

export function poison(world: World, system: System): void {
  const read = system.mappings.map(({ topic }) => topic);
  const topic = read[world.choices.pick(read.length)] ?? topics.request;
  const text = unreadable[world.choices.pick(unreadable.length)] ?? null;
  const value = text === null ? null : bytes(text);
  intrude(system, { topic, key: `poison-${world.now}`, value, headers: [] }, 'answered');
  world.note('poison', topic);
}

type Intruder = Parameters<System['log']['append']>[0][number];

function intrude(system: System, record: Intruder, end: 'answered' | 'dropped'): void {
  const { topic, key, value, headers } = record;
  for (const stored of system.log.append([{ topic, key, value, headers }]))
    system.records.intruded(stored, end);
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function anyRecord(world: World, system: System, topic: string): LogRecord | undefined {
  const records = system.log.records(topic, world.choices.pick(system.log.partitions(topic)));
  return records[world.choices.pick(records.length)];
}
