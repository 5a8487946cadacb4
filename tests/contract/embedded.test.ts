/** The embedded adapters under every contract suite. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedded, openEmbedded } from '#adapters/embedded/open.ts';
import { testBlobStore } from './blob-store.contract.ts';
import { testCommitStore } from './commit-store.contract.ts';
import { testDefinitionStore } from './definition-store.contract.ts';
import { testInbox } from './inbox.contract.ts';
import { testInvocationStore } from './invocation-store.contract.ts';
import { testJointWrites } from './joint-writes.contract.ts';
import { testLog } from './log.contract.ts';
import { testLogConsumer } from './log-consumer.contract.ts';
import { testRetention } from './retention.contract.ts';
import { testRunIndex } from './run-index.contract.ts';
import { testRunTimers } from './run-timers.contract.ts';

let now = 1_000;
/** A clock that moves at each look, so that the order of time is the order of writing. */
const clock = { now: () => now++ };

async function open(): Promise<Embedded> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-contract-'));
  const embedded = openEmbedded({ folder, clock });
  return {
    ...embedded,
    async close() {
      await embedded.close();
      rmSync(folder, { recursive: true });
    },
  };
}

testLog('Log, embedded', open);
testLogConsumer('LogConsumer, embedded', open);
testCommitStore('CommitStore, embedded', open);
testRunIndex('RunIndex, embedded', open);
testRunTimers('RunIndex timers, embedded', open);
testRetention('Retention, embedded', open);
testDefinitionStore('DefinitionStore, embedded', open);
testInbox('Inbox, embedded', open);
testBlobStore('BlobStore, embedded', open);
testInvocationStore('InvocationStore, embedded', open);
testJointWrites('JointWrites, embedded', open);
