/** The store on a real MongoDB under every contract suite. Each test has a database of its own, dropped afterwards. */
import { testBlobStore } from '../contract/blob-store.contract.ts';
import { testCommitStore } from '../contract/commit-store.contract.ts';
import { testDefinitionStore } from '../contract/definition-store.contract.ts';
import { testInbox } from '../contract/inbox.contract.ts';
import { testInvocationStore } from '../contract/invocation-store.contract.ts';
import { testRetention } from '../contract/retention.contract.ts';
import { testRunIndex } from '../contract/run-index.contract.ts';
import { testRunTimers } from '../contract/run-timers.contract.ts';
import { openFresh } from './mongo-subject.ts';

testCommitStore('CommitStore, MongoDB', openFresh);
testRunIndex('RunIndex, MongoDB', openFresh);
testRunTimers('RunIndex timers, MongoDB', openFresh);
testRetention('Retention, MongoDB', openFresh);
testDefinitionStore('DefinitionStore, MongoDB', openFresh);
testInbox('Inbox, MongoDB', openFresh);
testBlobStore('BlobStore, MongoDB', openFresh);
testInvocationStore('InvocationStore, MongoDB', openFresh);
