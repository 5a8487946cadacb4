/** The local invoker over the logs of this process, held to what AWS documents. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { type Log } from '#core/ports.ts';
import { asLog } from '#simulation/memory/log-port.ts';
import { createMemoryLog } from '#simulation/memory/log.ts';
import { testEsmConformance } from './esm.conformance.ts';
import { type OpenSubject } from './subject.ts';

const openEmbeddedSubject: OpenSubject = async (clock) => {
  const folder = mkdtempSync(join(tmpdir(), 'baton-esm-'));
  const embedded = openEmbedded({ folder, clock });
  // A connection of its own sees only what is really in the file.
  const file = new DatabaseSync(join(folder, 'baton.db'), { readOnly: true });
  const offsets = file.prepare(
    `SELECT next FROM group_offsets JOIN topics ON slot BETWEEN first_slot AND first_slot + partitions - 1
     WHERE name = ? AND consumer_group = ? ORDER BY slot`,
  );
  return {
    log: embedded.log,
    timestampType: 'LOG_APPEND_TIME',
    append: (records) => embedded.append(records),
    committed: async (topic, group) => offsets.all(topic, group).map((row) => Number(row['next'])),
    async close() {
      file.close();
      await embedded.close();
      rmSync(folder, { recursive: true });
    },
  };
};

const openMemorySubject: OpenSubject = async (clock) => {
  const log = createMemoryLog(clock);
  return {
    log: asLog(log),
    timestampType: 'LOG_APPEND_TIME',
    async append(records) {
      log.append(records);
    },
    committed: async (topic, group) => log.committed(topic, group),
    close: async () => undefined,
  };
};

/** A broker gives records as they come over the network: a few at a time, one partition before another, and later. */
const openTricklingSubject: OpenSubject = async (clock) => {
  const subject = await openMemorySubject(clock);
  const { log } = subject;
  const consumer: Log['consumer'] = async (options) => {
    const whole = await log.consumer(options);
    let polls = 0;
    return {
      ...whole,
      poll: async (wanted) => {
        polls += 1;
        await setImmediate();
        return whole.poll({ ...wanted, maxRecords: 1 + (polls % 3) });
      },
      commit: async (positions) => {
        await setImmediate();
        await whole.commit(positions);
      },
    };
  };
  return { ...subject, log: { ...log, consumer } };
};

testEsmConformance('event source mapping, embedded log', openEmbeddedSubject);
testEsmConformance('event source mapping, log in memory', openMemorySubject);
testEsmConformance('event source mapping, log that gives little at a time', openTricklingSubject);
