/** The `Store` ports over a store in memory. Any number of views may share one memory, as sandboxes share a database. */
import { type InvocationStore } from '#core/invocation-store.ts';
import {
  type BlobStore,
  type CommitStore,
  type DefinitionStore,
  type Inbox,
  type RunIndex,
  type Store,
} from '#core/ports.ts';
import { type Around, atOnce } from './around.ts';
import { type MemoryStore } from './store.ts';

/** `around` gets every call, see there; without it each is applied at once. */
export const asStore = (memory: MemoryStore, around: Around = atOnce): Store => ({
  commits: commitStore(memory, around),
  runs: runIndex(memory, around),
  definitions: definitionStore(memory, around),
  inbox: inbox(memory, around),
  blobs: blobStore(memory, around),
  invocations: invocationStore(memory, around),
});

const commitStore = ({ commits }: MemoryStore, around: Around): CommitStore => ({
  insert: (given) => around('commits.insert', [given], () => commits.insert(given)),
  load: (runIds) => around('commits.load', [runIds], () => commits.load(runIds)),
  history: (runId) => around('commits.history', [runId], () => commits.history(runId)),
  putSnapshots: (given) => around('commits.putSnapshots', [given], () => commits.putSnapshots(given)),
});

const runIndex = ({ runs }: MemoryStore, around: Around): RunIndex => ({
  write: (writes) => around('runs.write', [writes], () => runs.write(writes)),
  get: (runId) => around('runs.get', [runId], () => runs.get(runId)),
  list: (filter) => around('runs.list', [filter], () => runs.list(filter)),
  claimDue: (...args) => around('runs.claimDue', args, () => runs.claimDue(...args)),
  nextDue: (resendAfterMs) => around('runs.nextDue', [resendAfterMs], () => runs.nextDue(resendAfterMs)),
  retire: (...args) => around('runs.retire', args, () => runs.retire(...args)),
  forget: (...args) => around('runs.forget', args, () => runs.forget(...args)),
});

const definitionStore = ({ definitions }: MemoryStore, around: Around): DefinitionStore => ({
  put: (...args) => around('definitions.put', args, () => definitions.put(...args)),
  byDigest: (digest) => around('definitions.byDigest', [digest], () => definitions.byDigest(digest)),
  active: (name) => around('definitions.active', [name], () => definitions.active(name)),
  list: (name) => around('definitions.list', [name], () => definitions.list(name)),
});

const inbox = ({ inbox: memory }: MemoryStore, around: Around): Inbox => ({
  put: (entry) => around('inbox.put', [entry], () => memory.put(entry)),
  claimDue: (...args) => around('inbox.claimDue', args, () => memory.claimDue(...args)),
  remove: (keys) => around('inbox.remove', [keys], () => memory.remove(keys)),
});

const blobStore = ({ blobs }: MemoryStore, around: Around): BlobStore => ({
  put: (...args) => around('blobs.put', args, () => blobs.put(...args)),
  get: (...args) => around('blobs.get', args, () => blobs.get(...args)),
});

const invocationStore = ({ invocations }: MemoryStore, around: Around): InvocationStore => ({
  claim: (...args) => around('invocations.claim', args, () => invocations.claim(...args)),
  renew: (...args) => around('invocations.renew', args, () => invocations.renew(...args)),
  finish: (results) => around('invocations.finish', [results], () => invocations.finish(results)),
  release: (...args) => around('invocations.release', args, () => invocations.release(...args)),
  mark: (...args) => around('invocations.mark', args, () => invocations.mark(...args)),
});
