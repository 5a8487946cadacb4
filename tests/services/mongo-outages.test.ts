/** What happens when acknowledgements are lost and servers go away: told by the errors, healed without a restart. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type MongoStore, openMongo } from '#adapters/mongo/open.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type Store } from '#core/ports.ts';
import { type Closable, contractSuite, infrastructureProblem, until } from '../contract/contract-suite.ts';
import { begin, newRunId, sampleCommit } from '../contract/samples.ts';
import { type MongoSubject, openFresh, serverAddress, surroundings, testUri } from './mongo-subject.ts';
import { type TcpProxy, createTcpProxy } from './tcp-proxy.ts';

/** A store behind a proxy, and one that reaches the same database without it. */
interface Behind extends Closable {
  readonly proxy: TcpProxy;
  readonly behind: MongoStore;
  readonly direct: MongoSubject;
}

async function openBehind(): Promise<Behind> {
  const proxy = await createTcpProxy(serverAddress);
  const direct = await openFresh();
  const behind = openMongo({ uri: testUri(proxy.address), ...surroundings });
  return {
    proxy,
    behind,
    direct,
    async close() {
      await Promise.all([behind.close(), direct.close()]);
      await proxy.stop();
    },
  };
}

contractSuite('Outages, MongoDB', openBehind, (subject) => {
  testLostInserts(subject);
  testOtherLosses(subject);
  testServerAway(subject);
});

/** Found in the bytes of an insert into this collection and of nothing else. */
const insertInto = (collection: string): string => `insert\0${lengthOf(collection)}${collection}\0`;
/** A BSON string begins with its length, 4 bytes, little end first. */
const lengthOf = (text: string): string => `${String.fromCharCode(text.length + 1)}\0\0\0`;

function testLostInserts(subject: () => Behind): void {
  const lose = (what: 'request' | 'answer'): void =>
    subject().proxy.loseNext({ what, of: insertInto('commits') });

  test('commits whose acknowledgement was lost are read back, and were stored', async () => {
    const { proxy, behind, direct } = subject();
    await proxy.start();
    const commits = Array.from({ length: 50 }, () => sampleCommit(newRunId(), 1));
    await behind.ping();
    lose('answer');
    assert.deepEqual(
      await behind.store.commits.insert(commits),
      commits.map(() => 'stored'),
    );
    assert.equal(proxy.losses(), 1);
    for (const commit of commits)
      assert.deepEqual(await direct.store.commits.history(commit.runId), [commit]);
  });

  test('a version that somebody else stored is a conflict, also where the acknowledgement was lost', async () => {
    const { proxy, behind, direct } = subject();
    await proxy.start();
    const [mine, theirs] = [newRunId(), newRunId()];
    await direct.store.commits.insert([sampleCommit(theirs, 1, 'other')]);
    await behind.ping();
    lose('answer');
    const answer = await behind.store.commits.insert([sampleCommit(theirs, 1), sampleCommit(mine, 1)]);
    assert.deepEqual(answer, ['conflict', 'stored']);
    assert.equal(proxy.losses(), 1);
  });

  test('commits that never arrived are neither stored nor refused: nobody knows', async () => {
    const { proxy, behind, direct } = subject();
    await proxy.start();
    const commit = sampleCommit(newRunId(), 1);
    await behind.ping();
    lose('request');
    await assert.rejects(
      () => behind.store.commits.insert([commit]),
      infrastructureProblem(/^STORE_INTERRUPTED: /, proxy.address),
    );
    assert.equal(proxy.losses(), 1);
    assert.deepEqual(await direct.store.commits.history(commit.runId), []);
    assert.deepEqual(await behind.store.commits.insert([commit]), ['stored']);
  });

  test('commits whose outcome cannot be read back either throw, and are found again later', async () => {
    const { proxy, behind } = subject();
    await proxy.start();
    const commit = sampleCommit(newRunId(), 1);
    await behind.ping();
    lose('answer');
    const insert = behind.store.commits.insert([commit]);
    await until(
      () => proxy.losses() === 1,
      () => 'the insert was not seen',
    );
    await proxy.stop();
    await assert.rejects(insert, infrastructureProblem(/^STORE_UNREACHABLE: /, proxy.address));
    await proxy.start();
    assert.deepEqual(await behind.store.commits.insert([commit]), ['stored']);
  });
}

function testOtherLosses(subject: () => Behind): void {
  test('any other call whose answer was lost throws, and may simply be made again', async () => {
    const { proxy, behind } = subject();
    await proxy.start();
    const { runs } = behind.store;
    const row = begin(newRunId(), { wakeAt: 5 });
    await behind.ping();
    proxy.loseNext({ what: 'answer', of: insertInto('runs') });
    await assert.rejects(
      () => runs.write([row]),
      infrastructureProblem(/^STORE_INTERRUPTED: /, proxy.address),
    );
    assert.equal((await runs.get(row.row.runId))?.wakeAt, 5);
    await runs.write([row]);
    assert.equal((await runs.get(row.row.runId))?.wakeAt, 5);
  });
}

function testServerAway(subject: () => Behind): void {
  const calls: readonly (readonly [name: string, call: (store: Store) => Promise<unknown>])[] = [
    ['insert', ({ commits }) => commits.insert([sampleCommit(newRunId(), 1)])],
    ['load', ({ commits }) => commits.load([newRunId()])],
    ['write', ({ runs }) => runs.write([begin(newRunId())])],
    ['claimDue', ({ runs }) => runs.claimDue(5, 5, 5)],
    ['active', ({ definitions }) => definitions.active('build')],
    ['inbox', ({ inbox }) => inbox.claimDue(1, 1, 1)],
    ['claim', ({ invocations }) => invocations.claim([{ id: newRunId(), owner: 'one', leaseUntil: 5 }], 1)],
  ];

  test('a server that is away at the start is named, and found once it is there', async () => {
    const { proxy, behind } = subject();
    // All at once: each waits its 5 s.
    const answers = await Promise.allSettled([
      behind.ping(),
      behind.ensureIndexes(),
      ...calls.map(([, call]) => call(behind.store)),
    ]);
    for (const answer of answers) {
      assert.equal(answer.status, 'rejected');
      infrastructureProblem(/^STORE_UNREACHABLE: .*ECONNREFUSED/, proxy.address, 'Fix: ')(answer.reason);
    }
    await proxy.start();
    for (const [, call] of calls) await call(behind.store);
  });

  test('a server that goes away in the middle fails calls until it is back, without a new store', async () => {
    const { proxy, behind } = subject();
    await proxy.start();
    for (const [, call] of calls) await call(behind.store);
    await proxy.stop();
    const answers = await Promise.allSettled(calls.map(([, call]) => call(behind.store)));
    for (const answer of answers) {
      assert.equal(answer.status, 'rejected');
      assert.ok(answer.reason instanceof InfrastructureError, String(answer.reason));
      infrastructureProblem(/^STORE_(?:UNREACHABLE|INTERRUPTED): /, proxy.address)(answer.reason);
    }
    await proxy.start();
    for (const [, call] of calls) await call(behind.store);
  });

  test('a closed store says so', async () => {
    const { proxy, behind } = subject();
    await proxy.start();
    await behind.ping();
    await behind.close();
    for (const [, call] of calls)
      await assert.rejects(() => call(behind.store), infrastructureProblem(/^STORE_CLOSED: /));
  });
}

describe('a connection that was cut in this very moment', () => {
  const { createConnection } = net;
  const sockets: net.Socket[] = [];
  before(() => {
    // The driver takes its sockets from here, and gives nobody else a look at them.
    net.createConnection = (...args: unknown[]) => {
      const socket = Reflect.apply(createConnection, net, args) as net.Socket;
      sockets.push(socket);
      return socket;
    };
  });
  after(() => {
    net.createConnection = createConnection;
  });

  test('fails the call that writes to it, which would else wait for ever', async () => {
    const subject = await openFresh();
    const { store } = subject;
    const [first, second] = [sampleCommit(newRunId(), 1), sampleCommit(newRunId(), 1)];
    await store.commits.insert([first]);
    assert.ok(sockets.length > 0);
    // The socket is gone at once, and tells of it later: the insert is written in between.
    for (const socket of sockets) socket.destroy();
    await assert.rejects(() => store.commits.insert([second]), infrastructureProblem(/^STORE_INTERRUPTED: /));
    assert.deepEqual(await store.commits.insert([second]), ['stored']);
    await subject.close();
  });
});

test('a file of authorities that is missing, or an unknown host, is named', async () => {
  const uri = 'mongodb://127.0.0.1:1/baton';
  const missing = openMongo({ uri, tlsCaFile: '/no/such/bundle.pem', ...surroundings });
  await assert.rejects(
    () => missing.ping(),
    infrastructureProblem(/^STORE_TLS_FILE: /, '/no/such/bundle.pem', '127.0.0.1:1', 'Fix: '),
  );
  await missing.close();
  const unknown = openMongo({ uri: 'mongodb+srv://user:secret@no-such-host.invalid/baton', ...surroundings });
  await assert.rejects(
    () => unknown.ping(),
    infrastructureProblem(/^STORE_UNREACHABLE: /, 'no-such-host.invalid'),
  );
  await unknown.close();
});

test('a password is in no error, wherever it stands', async () => {
  const secret = 'do-not-show';
  for (const uri of [
    `mongodb://user:${secret}@127.0.0.1:notaport/baton`,
    `mongodb://user:${secret}@/baton`,
    `mongodb://user:${secret}@extra@127.0.0.1:1/`,
    `mongodb://user:${secret}@127.0.0.1:1/?noSuchOption=1`,
    `mongo://user:${secret}@127.0.0.1:1/`,
    `user:${secret}@127.0.0.1`,
    '',
  ])
    assert.throws(
      () => openMongo({ uri, ...surroundings }),
      (error) => {
        infrastructureProblem(/^STORE_URI: /, 'Fix: ')(error);
        assert.ok(!seen(error).includes(secret), seen(error));
        return true;
      },
      uri,
    );
  const away = openMongo({ uri: `mongodb://user:${secret}@127.0.0.1:1/baton`, ...surroundings });
  await assert.rejects(
    () => away.ping(),
    (error) => {
      infrastructureProblem(/^STORE_UNREACHABLE: /, '127.0.0.1:1')(error);
      assert.ok(!seen(error).includes(secret), seen(error));
      return true;
    },
  );
  await away.close();
});

/** Everything a logger could show of an error, its causes included. */
const seen = (error: unknown): string =>
  error instanceof Error
    ? `${error.stack ?? ''} ${JSON.stringify(error)} ${seen(error.cause)}`
    : String(error);
