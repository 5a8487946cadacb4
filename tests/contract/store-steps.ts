/** Calls of every port, generated, and playing them on the simulator's memory and on another store side by side. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type RunId, invocationId } from '#core/ids.ts';
import { type RunWrite, type Store } from '#core/ports.ts';
import { asStore } from '#simulation/memory/store-port.ts';
import { createMemoryStore } from '#simulation/memory/store.ts';
import { begin, end, newRunId, sampleBlob, sampleCommit, sampleSnapshot } from './samples.ts';

export interface Step {
  readonly label: string;
  readonly apply: (store: Store) => Promise<unknown>;
}
const step = (label: string, apply: Step['apply']): Step => ({ label, apply });

const ids: readonly RunId[] = [newRunId(), newRunId()];
const blob = sampleBlob('kept');
const error = { code: 'ENGINE_BUG', message: 'bug', retryable: false };

const run = fc.constantFrom(...ids);
const small = fc.integer({ min: 1, max: 3 });
/** Few values, so that the same and neighbouring times meet often. */
const time = fc.integer({ min: 1, max: 6 });
const owner = fc.constantFrom('one', 'two');
const optionalTime = fc.option(time, { nil: undefined });
const withWake = (wakeAt: number | undefined) => (wakeAt === undefined ? {} : { wakeAt });

const write: fc.Arbitrary<RunWrite> = fc.oneof(
  fc
    .tuple(run, optionalTime, time)
    .map(([runId, wakeAt, startedAt]) =>
      begin(runId, { startedAt, labels: { a: 'b' }, ...withWake(wakeAt) }),
    ),
  fc
    .tuple(run, time, small)
    .map(([runId, wakeAt, version]): RunWrite => ({ type: 'arm', runId, wakeAt, version })),
  fc
    .tuple(run, optionalTime, small)
    .map(([runId, wakeAt, version]): RunWrite => ({ type: 'rearm', runId, version, ...withWake(wakeAt) })),
  fc
    .tuple(run, time, optionalTime)
    .map(([runId, endedAt, wakeAt]) => end(runId, { endedAt, status: 'failed', error, ...withWake(wakeAt) })),
  fc.tuple(run, time).map(([runId, wakeAt]): RunWrite => ({ type: 'postpone', runId, wakeAt })),
  run.map((runId): RunWrite => ({ type: 'quarantine', runId, error })),
  fc.tuple(run, time).map(([runId, wakeAt]): RunWrite => ({ type: 'release', runId, wakeAt })),
);

const runSteps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: write.map((one) => step(JSON.stringify(one), (store) => store.runs.write([one]))) },
  fc
    .tuple(time, fc.integer({ min: 0, max: 5 }))
    .map((args) =>
      step(`claimDue ${args.join()}`, async (store) => byId(await store.runs.claimDue(...args, 2))),
    ),
  // Not retire and forget: what is written to a run after its tombstone is nobody's promise (see retention.contract.ts).
);

const commitSteps: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(run, small, fc.constantFrom('same', 'other'))
    .map(([id, version, note]) =>
      step(`insert ${id} ${version} ${note}`, (store) =>
        store.commits.insert([sampleCommit(id, version, note)]),
      ),
    ),
  fc
    .tuple(run, small, small)
    .map(([id, version, published]) =>
      step(`snapshot ${id} ${version} ${published}`, (store) =>
        store.commits.putSnapshots([sampleSnapshot(id, version, published)]),
      ),
    ),
  run.map((runId) => step(`blob ${runId}`, (store) => store.blobs.put({ tenant: 'default', runId }, [blob]))),
);

const call = run.map((id) => invocationId(id, 'design', 1));
const reason = fc.constantFrom('cancelled', 'timeout');
const outcome = fc.constantFrom(
  { status: 'finished', result: [1] } as const,
  { status: 'accepted' } as const,
);
const invocationSteps: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(call, owner, time, time)
    .map(([id, by, leaseUntil, now]) =>
      step(`claim ${id} ${by} ${leaseUntil} ${now}`, (store) =>
        store.invocations.claim([{ id, owner: by, leaseUntil }], now),
      ),
    ),
  fc
    .tuple(call, owner, time)
    .map((args) => step(`renew ${args.join()}`, (store) => store.invocations.renew(...args))),
  fc
    .tuple(call, owner, outcome)
    .map(([id, by, how]) =>
      step(`finish ${id} ${by} ${how.status}`, (store) =>
        store.invocations.finish([{ id, owner: by, outcome: how }]),
      ),
    ),
  fc
    .tuple(call, owner)
    .map((args) => step(`release ${args.join()}`, (store) => store.invocations.release(...args))),
  fc
    .tuple(call, reason)
    .map(([id, why]) => step(`mark ${id} ${why}`, (store) => store.invocations.mark([id], why))),
);

const inboxSteps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(small, time, time).map(([id, retryAt, expireAt]) =>
    step(`put ${id} ${retryAt} ${expireAt}`, (store) => {
      const record = { topic: 't', key: 'k', value: Uint8Array.of(id, retryAt) };
      return store.inbox.put({ source: '/s', id: String(id), record, retryAt, expireAt });
    }),
  ),
  fc
    .tuple(time, time, small)
    .map((args) => step(`inbox claimDue ${args.join()}`, (store) => store.inbox.claimDue(...args))),
  small.map((id) => step(`remove ${id}`, (store) => store.inbox.remove([{ source: '/s', id: String(id) }]))),
);

/** Which of two equal times comes first is nobody's promise. */
const byId = <T extends { readonly runId: RunId }>(found: readonly T[]): readonly T[] =>
  found.toSorted((a, b) => (a.runId < b.runId ? -1 : 1));

/** Everything that can be seen without changing anything. */
const view = async (store: Store): Promise<unknown> => ({
  rows: byId(await store.runs.list({ limit: 10 })).toSorted((a, b) => b.startedAt - a.startedAt),
  nextDue: await store.runs.nextDue(3),
  runs: await store.commits.load(ids),
  histories: await Promise.all(ids.map((id) => store.commits.history(id))),
  blobs: await Promise.all(ids.map((runId) => store.blobs.get({ tenant: 'default', runId }, blob.ref))),
});

/** Fails at the first step after which the two stores differ, in the answer or in anything that can be seen. */
export async function playBoth(other: Store, steps: readonly Step[]): Promise<void> {
  const memory = asStore(createMemoryStore());
  for (const { label, apply } of steps) {
    assert.deepEqual(plain(await apply(memory)), plain(await apply(other)), label);
    assert.deepEqual(plain(await view(memory)), plain(await view(other)), `after ${label}`);
  }
}

/** Bytes as lists, whatever view each adapter gives. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

export const sequences: Readonly<Record<string, fc.Arbitrary<Step>>> = {
  'writes, timers, retention, commits and calls': fc.oneof(
    { weight: 4, arbitrary: runSteps },
    { weight: 2, arbitrary: commitSteps },
    { weight: 1, arbitrary: invocationSteps },
  ),
  'calls of agents': invocationSteps,
  'the inbox': inboxSteps,
};
