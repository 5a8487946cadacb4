/**
 * A platform whose functions are watched: each call that sends or stores something, or reads the store, is counted.
 * The timer is left out: how often it looks depends on the time, and it finds nothing.
 */
import { type Platform } from '#adapters/platform.ts';
import { canonicalJson, type Json } from '#core/json.ts';
import { type JointWrites } from '#core/joint-writes.ts';
import { type Commit, type Log, type OutgoingRecord, type Store } from '#core/ports.ts';
import { type FunctionSpec } from '#infra/topology.ts';

/** What is counted, in the words of the page. */
export const counted = {
  produces: 'calls that publish',
  records: 'records published',
  recordBytes: 'bytes of records: key, value, headers',
  commits: 'commits stored',
  commitCalls: 'calls that store commits',
  commitBytes: 'bytes of commits, as JSON',
  rows: 'writes of the row of the run',
  claims: 'calls of agents claimed',
  results: 'results of agents stored',
  snapshots: 'snapshots stored',
  reads: 'reads of the store',
} as const;

export type Counted = keyof typeof counted;
export type Counts = Readonly<Record<Counted, number>>;

export interface Tally {
  readonly add: Add;
  readonly watch: (platform: Platform, spec: FunctionSpec) => Platform;
  /** What was counted since it was asked the last time. */
  readonly take: () => Counts;
}

export function createTally(): Tally {
  let counts = none();
  const add = (what: Counted, by: number): void => {
    counts[what] += by;
  };
  return {
    add,
    watch: (platform, spec) =>
      spec.kind === 'timer'
        ? platform
        : {
            ...platform,
            log: watchedLog(platform.log, add),
            store: watchedStore(platform.store, add),
            ...(platform.joint && { joint: watchedJoint(platform.joint, add) }),
          },
    take: () => {
      const taken = counts;
      counts = none();
      return taken;
    },
  };
}

const none = (): Record<Counted, number> =>
  Object.fromEntries(Object.keys(counted).map((name) => [name, 0])) as Record<Counted, number>;

type Add = (what: Counted, by: number) => void;

const watchedLog = (log: Log, add: Add): Log => ({
  ...log,
  publish: (records) => {
    countRecords(records, add);
    return log.publish(records);
  },
});

/** Also for the record that nobody counts: the start, which the caller sends. */
export function countRecords(records: readonly OutgoingRecord[], add: Add): void {
  add('produces', 1);
  add('records', records.length);
  for (const { key, value, headers } of records) {
    const names = headers.reduce((sum, [name, bytes]) => sum + Buffer.byteLength(name) + bytes.byteLength, 0);
    add('recordBytes', Buffer.byteLength(key) + value.byteLength + names);
  }
}

function countCommits(commits: readonly Commit[], add: Add): void {
  add('commitCalls', 1);
  add('commits', commits.length);
  for (const one of commits) add('commitBytes', Buffer.byteLength(canonicalJson(one as unknown as Json)));
}

/** Counted as the calls that it is made of, which Kafka and MongoDB get. No commit of one run alone is in conflict. */
const watchedJoint = (joint: JointWrites, add: Add): JointWrites => ({
  storeAndSend: counting(
    (turns) => joint.storeAndSend(turns),
    (turns) => {
      const commits = turns.flatMap(({ commit }) => commit ?? []);
      const records = turns.flatMap((turn) => turn.records);
      if (commits.length > 0) countCommits(commits, add);
      if (records.length > 0) countRecords(records, add);
      add('rows', turns.flatMap(({ before, after }) => [...(before ? [before] : []), ...after]).length);
    },
  ),
  finishAndSend: counting(
    (calls, recorded) => joint.finishAndSend(calls, recorded),
    (calls) => {
      const records = calls.flatMap(({ response }) => response ?? []);
      if (records.length > 0) countRecords(records, add);
      add('results', calls.filter(({ finish }) => finish !== undefined).length);
    },
  ),
});

function watchedStore({ commits, runs, definitions, inbox, blobs, invocations }: Store, add: Add): Store {
  const read = <A extends readonly unknown[], R>(call: (...args: A) => R) =>
    counting(call, () => {
      add('reads', 1);
    });
  return {
    inbox,
    commits: {
      ...commits,
      load: read((ids) => commits.load(ids)),
      history: read((id) => commits.history(id)),
      insert: counting(
        (all) => commits.insert(all),
        (all) => {
          countCommits(all, add);
        },
      ),
      putSnapshots: counting(
        (all) => commits.putSnapshots(all),
        (all) => {
          add('snapshots', all.length);
        },
      ),
    },
    runs: {
      ...runs,
      get: read((id) => runs.get(id)),
      list: read((filter) => runs.list(filter)),
      write: counting(
        (writes) => runs.write(writes),
        (writes) => {
          add('rows', writes.length);
        },
      ),
    },
    definitions: {
      ...definitions,
      byDigest: read((digest) => definitions.byDigest(digest)),
      active: read((name) => definitions.active(name)),
    },
    blobs: { ...blobs, get: read((scope, ref) => blobs.get(scope, ref)) },
    invocations: {
      ...invocations,
      claim: counting(
        (claims, now) => invocations.claim(claims, now),
        (claims) => {
          add('claims', claims.length);
        },
      ),
      finish: counting(
        (results) => invocations.finish(results),
        (results) => {
          add('results', results.length);
        },
      ),
    },
  };
}

const counting =
  <A extends readonly unknown[], R>(call: (...args: A) => R, count: (...args: A) => void) =>
  (...args: A): R => {
    count(...args);
    return call(...args);
  };
