/**
 * What the functions of a deployment may do in the database, on a real one that asks who is there: the users and roles
 * are those that the topology gives, made as the setup of a deployment makes them.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { manifests } from '#agents/manifests.ts';
import { type MongoStore, openMongo } from '#adapters/mongo/open.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type RunId } from '#core/ids.ts';
import { type Store } from '#core/ports.ts';
import { operatorSpec } from '#infra/constructs/operator.ts';
import { storeUserName, storeUsersOf } from '#infra/store-users.ts';
import { topologyOf } from '#infra/topology.ts';
import {
  begin,
  end,
  newRunId,
  sampleBlob,
  sampleCommit,
  sampleSnapshot,
  unique,
} from '../contract/samples.ts';
import { surroundings } from './mongo-subject.ts';
import { type GuardedMongo, ownGuardedMongo } from './own-guarded-mongo.ts';

const users = storeUsersOf([...topologyOf(manifests).functions, operatorSpec]);
const database = 'baton';
const passwordOf = (user: string): string => `password-of-${user}`;
const madeAs = (user: string) => ({
  name: storeUserName(user),
  password: passwordOf(user),
  role: storeUserName(user),
  access: users.get(user) ?? {},
});

let server: GuardedMongo;
let setup: MongoStore;
const opened: MongoStore[] = [];
/** The store as this user has it. */
const storeAs = (user: string): Store => {
  const login = { username: storeUserName(user), password: passwordOf(user) };
  const mongo = openMongo({ uri: server.uri(database, login), ...surroundings });
  opened.push(mongo);
  return mongo.store;
};

before(async () => {
  server = await ownGuardedMongo();
  setup = openMongo({ uri: server.uri(database), ...surroundings });
  await setup.ensureIndexes();
  await setup.ensureUsers([...users.keys()].map(madeAs));
});
after(async () => {
  await Promise.all([setup, ...opened].map((mongo) => mongo.close()));
  await server.close();
});

const definition = { name: 'chain', version: '1.0.0', digest: `sha256:${'1'.repeat(64)}`, source: {} };
const scopeOf = (runId: RunId) => ({ tenant: 'default', runId });
const inboxEntry = (id: string) => ({
  source: '/users',
  id,
  record: { topic: 'workflow.command', key: 'a', value: new TextEncoder().encode('{}') },
  retryAt: 1,
  expireAt: 2,
});

const refused = async (what: string, asked: Promise<unknown>): Promise<void> => {
  await assert.rejects(
    asked,
    (error) => error instanceof InfrastructureError && error.message.startsWith('STORE_FORBIDDEN'),
    `${what} is refused`,
  );
};

describe('users of the database', () => {
  it('are one for each kind of work', () => {
    assert.deepEqual([...users.keys()].sort(), ['agents', 'operator', 'orchestrator', 'timer']);
  });

  it('of agents claim, finish and give back calls, and have blobs', async () => {
    const { invocations, blobs } = storeAs('agents');
    const [id, owner] = [unique('call'), unique('owner')];
    const claim = { id, owner, leaseUntil: 2_000 };
    await invocations.claim([claim], 1_000);
    assert.equal(await invocations.renew(id, owner, 3_000), 'held');
    const other = unique('other');
    await invocations.claim([{ ...claim, owner: other, leaseUntil: 9_000 }], 5_000);
    assert.deepEqual(await invocations.finish([{ id, owner, outcome: { status: 'accepted' } }]), [false]);
    await invocations.release(id, other);
    await invocations.claim([claim], 1_000);
    const outcome = { status: 'finished', result: { a: 1 } } as const;
    assert.deepEqual(await invocations.finish([{ id, owner, outcome }]), [true]);
    const blob = sampleBlob('of an agent');
    await blobs.put(scopeOf(newRunId()), [blob]);
  });

  it('of agents see nothing else, and change nothing else', async () => {
    const { commits, runs, definitions, inbox } = storeAs('agents');
    const runId = newRunId();
    await refused('loading a run', commits.load([runId]));
    await refused('its history', commits.history(runId));
    await refused('a commit', commits.insert([sampleCommit(runId, 1)]));
    await refused('a snapshot', commits.putSnapshots([sampleSnapshot(runId, 1, 0)]));
    await refused('a row', runs.get(runId));
    await refused('the list of runs', runs.list({ limit: 1 }));
    await refused('a row', runs.write([begin(runId)]));
    await refused('wakes', runs.claimDue(1, 1, 1));
    await refused('retention', runs.retire(1, 1));
    await refused('definitions', definitions.list());
    await refused('a definition', definitions.put(definition, { activate: true }));
    await refused('a command that waits', inbox.put(inboxEntry('agents')));
  });

  it('of the orchestrator do its whole batch, and neither delete runs nor register workflows', async () => {
    const store = storeAs('orchestrator');
    await setup.store.definitions.put(definition, { activate: true });
    const runId = newRunId();
    await store.runs.write([begin(runId, { wakeAt: 5 }), { type: 'arm', runId, wakeAt: 4, version: 1 }]);
    assert.deepEqual(await store.commits.insert([sampleCommit(runId, 1)]), ['stored']);
    await store.commits.putSnapshots([sampleSnapshot(runId, 1, 0)]);
    assert.equal((await store.commits.load([runId])).get(runId)?.commits.length, 1);
    assert.equal((await store.definitions.active('chain'))?.digest, definition.digest);
    assert.equal((await store.definitions.list()).length, 1);
    await store.inbox.put(inboxEntry('orchestrator'));
    await store.inbox.remove([{ source: '/users', id: 'orchestrator' }]);
    const blob = sampleBlob('of a run');
    await store.blobs.put(scopeOf(runId), [blob]);
    assert.deepEqual(
      Buffer.from((await store.blobs.get(scopeOf(runId), blob.ref)) as Uint8Array),
      blob.bytes,
    );
    await store.invocations.mark([`${runId}:a:1`], 'cancelled');
    await store.runs.write([end(runId, { endedAt: 10 })]);
    await refused('retention', store.runs.retire(100, 10));
    await refused(
      'a definition',
      store.definitions.put({ ...definition, digest: 'other' }, { activate: true }),
    );
  });

  it('of the timer send wakes and end retention, and decide nothing', async () => {
    const timer = storeAs('timer');
    const [live, ended] = [newRunId(), newRunId()];
    const blob = sampleBlob('that goes');
    await setup.store.runs.write([begin(live, { wakeAt: 5 }), end(ended, { endedAt: 10 })]);
    await setup.store.commits.insert([sampleCommit(ended, 1)]);
    await setup.store.commits.putSnapshots([sampleSnapshot(ended, 1, 0)]);
    await setup.store.invocations.mark([`${ended}:a:1`], 'timeout');
    await setup.store.blobs.put(scopeOf(ended), [blob]);
    await setup.store.inbox.put(inboxEntry('timer'));
    assert.ok((await timer.runs.claimDue(6, 10, 10)).some(({ runId }) => runId === live));
    await timer.runs.nextDue(10);
    assert.equal((await timer.inbox.claimDue(6, 10, 10)).length, 1);
    await timer.inbox.remove([{ source: '/users', id: 'timer' }]);
    assert.ok((await timer.runs.retire(100, 10)).includes(ended));
    assert.equal((await setup.store.commits.history(ended)).length, 0);
    assert.equal(await setup.store.blobs.get(scopeOf(ended), blob.ref), undefined);
    assert.ok((await timer.runs.forget(100, 10)) > 0);
    await refused('a commit', timer.commits.insert([sampleCommit(live, 1)]));
    await refused('a row that begins', timer.runs.write([begin(newRunId())]));
    await refused('definitions', timer.definitions.list());
    await refused('a call', timer.invocations.claim([{ id: 'x', owner: 'y', leaseUntil: 2 }], 1));
  });

  it('of the operator read, and write nothing', async () => {
    const store = storeAs('operator');
    const runId = newRunId();
    const blob = sampleBlob('to be read');
    await setup.store.commits.insert([sampleCommit(runId, 1)]);
    await setup.store.blobs.put(scopeOf(runId), [blob]);
    assert.equal((await store.commits.history(runId)).length, 1);
    await store.runs.get(runId);
    await store.runs.list({ limit: 5 });
    await store.definitions.byDigest(definition.digest);
    await store.definitions.active('chain');
    await store.definitions.list();
    assert.ok(await store.blobs.get(scopeOf(runId), blob.ref));
    await refused('a commit', store.commits.insert([sampleCommit(runId, 2)]));
    await refused('a row', store.runs.write([begin(runId)]));
    await setup.store.runs.write([end(runId, { endedAt: 10 })]);
    await refused('retention', store.runs.retire(100, 10));
    await refused(
      'a definition',
      store.definitions.put({ ...definition, digest: 'other' }, { activate: true }),
    );
    await refused('a blob', store.blobs.put(scopeOf(runId), [sampleBlob('new')]));
    await refused('calls', store.invocations.mark(['x'], 'cancelled'));
  });

  it('keep nothing that they had before, and a changed password counts', async () => {
    const early = { ...madeAs('operator'), name: 'early', role: 'early' };
    await setup.ensureUsers([early]);
    const uri = server.uri(database, { username: 'early', password: early.password });
    const before = openMongo({ uri, ...surroundings });
    await before.store.definitions.list();
    await setup.ensureUsers([{ ...early, access: { runs: ['find'] }, password: 'another' }]);
    await refused('what was taken away', before.store.definitions.list());
    const changed = server.uri(database, { username: 'early', password: 'another' });
    const later = openMongo({ uri: changed, ...surroundings });
    await later.store.runs.list({ limit: 1 });
    const stale = openMongo({ uri, ...surroundings });
    await assert.rejects(stale.store.runs.list({ limit: 1 }), /STORE_AUTH/);
    await Promise.all([before, later, stale].map((mongo) => mongo.close()));
  });
});
