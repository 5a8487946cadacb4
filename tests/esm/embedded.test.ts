/** The local invoker over the logs of this process, held to what AWS documents. */
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '#adapters/embedded/open.ts';
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

testEsmConformance('event source mapping, embedded log', openEmbeddedSubject);
testEsmConformance('event source mapping, log in memory', openMemorySubject);
