/**
 * What is sent to the database: how many requests, with which operators, answered by which index. Every command is
 * recorded by the driver's monitoring.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type CommandStartedEvent, type Document } from 'mongodb';
import { createClient } from '#adapters/mongo/client.ts';
import { invocationId } from '#core/ids.ts';
import { type RunWrite, type Store } from '#core/ports.ts';
import { contractSuite } from '../contract/contract-suite.ts';
import { begin, end, newRunId, sampleBlob, sampleCommit, sampleSnapshot } from '../contract/samples.ts';
import { documentDbCommands, documentDbOperators } from './documentdb-5.ts';
import { type MongoSubject, allCommands, openFresh, prepareDatabase, testUri } from './mongo-subject.ts';

/** Names of the commands, sorted. */
const namesOf = (commands: readonly CommandStartedEvent[]): readonly string[] =>
  commands.map((one) => one.commandName).sort();

/** Every call of every port, each with something to do. */
async function callEverything({
  commits,
  runs,
  definitions,
  inbox,
  blobs,
  invocations,
}: Store): Promise<void> {
  const [a, b, c] = [newRunId(), newRunId(), newRunId()];
  const scope = { tenant: 'default', runId: a };
  const error = { code: 'ENGINE_BUG', message: 'bug', retryable: false };
  const writes: readonly RunWrite[] = [
    begin(a, { wakeAt: 5 }),
    { type: 'arm', runId: a, wakeAt: 4, version: 2 },
    { type: 'rearm', runId: a, wakeAt: 4, version: 3 },
    { type: 'rearm', runId: b, version: 3 },
    { type: 'postpone', runId: b, wakeAt: 9 },
    { type: 'quarantine', runId: c, error },
    { type: 'release', runId: c, wakeAt: 5 },
    end(b, { endedAt: 2 }),
  ];
  await runs.write([begin(b), begin(c, { wakeAt: 5 })]);
  await runs.write(writes);
  await runs.write([begin(a, { wakeAt: 1 })]);
  await runs.claimDue(10, 5, 10);
  await runs.claimDue(20, 5, 10);
  await runs.nextDue(5);
  await runs.get(a);
  for (const filter of [{}, { status: 'running' }, { workflow: 'design' }, { idPrefix: 'a' }] as const)
    await runs.list({ ...filter, limit: 5 });
  await commits.insert([sampleCommit(a, 1), sampleCommit(b, 1)]);
  await commits.insert([sampleCommit(a, 1), sampleCommit(b, 1, 'other')]);
  await commits.putSnapshots([sampleSnapshot(a, 1, 1)]);
  await commits.load([a, b, c]);
  await commits.history(a);
  const definition = { name: 'build', version: '1.0.0', digest: a, source: {} };
  await definitions.put(definition, { activate: true });
  await definitions.active('build');
  await definitions.list('build');
  await definitions.list();
  const record = { topic: 't', key: 'k', value: Uint8Array.of(1) };
  await inbox.put({ source: '/s', id: '1', record, retryAt: 1, expireAt: 2 });
  await inbox.claimDue(2, 1, 10);
  await inbox.remove([{ source: '/s', id: '1' }]);
  const blob = sampleBlob('x');
  await blobs.put(scope, [blob]);
  await blobs.get(scope, blob.ref);
  const id = invocationId(a, 'design', 1);
  const claims = [{ id, owner: 'one', leaseUntil: 5 }];
  await invocations.claim(claims, 1);
  await invocations.claim(claims, 6);
  await invocations.renew(id, 'one', 9);
  await invocations.renew(id, 'two', 9);
  await invocations.finish([{ id, owner: 'one', outcome: { status: 'finished', result: 1 } }]);
  await invocations.release(id, 'one');
  await invocations.mark([id, invocationId(a, 'design', 2)], 'timeout');
  await runs.retire(10, 10);
  await runs.forget(10, 10);
}

contractSuite('Requests, MongoDB', openFresh, (subject) => {
  testCounts(subject);
  testIndexes(subject);
  testOperators(subject);
});

function testCounts(subject: () => MongoSubject): void {
  const many = Array.from({ length: 50 }, newRunId);
  const calls = many.map((id) => invocationId(id, 'design', 1));
  const claims = calls.map((id) => ({ id, owner: 'one', leaseUntil: 5 }));
  const finish = calls.map((id) => ({ id, owner: 'one', outcome: { status: 'accepted' } as const }));
  const counted: readonly (readonly [name: string, expected: readonly string[], call: Call, first?: Call])[] =
    [
      ['50 commits', ['insert'], ({ commits }) => commits.insert(many.map((id) => sampleCommit(id, 1)))],
      ['50 first rows', ['insert'], ({ runs }) => runs.write(many.map((id) => begin(id, { wakeAt: 5 })))],
      ['50 last rows', ['update'], ({ runs }) => runs.write(many.map((id) => end(id)))],
      ['loading 50 runs', ['find', 'find', 'find'], ({ commits }) => commits.load(many)],
      ['a timer with nothing to do', ['find', 'find'], ({ runs }) => runs.claimDue(10, 5, 100)],
      ['50 calls claimed', ['insert'], ({ invocations }) => invocations.claim(claims, 1)],
      [
        '50 calls claimed again',
        ['find', 'insert'],
        ({ invocations }) => invocations.claim(claims, 1),
        claimed,
      ],
      ['50 results', ['update'], ({ invocations }) => invocations.finish(finish), claimed],
      ['50 marks', ['update'], ({ invocations }) => invocations.mark(calls, 'timeout'), claimed],
    ];
  async function claimed({ invocations }: Store): Promise<unknown> {
    return invocations.claim(claims, 1);
  }
  for (const [name, expected, call, first] of counted)
    test(`${name}: ${expected.length} request${expected.length === 1 ? '' : 's'}`, async () => {
      const { store, takeCommands } = subject();
      await first?.(store);
      takeCommands();
      await call(store);
      assert.deepEqual(namesOf(takeCommands()), expected);
    });
}
type Call = (store: Store) => Promise<unknown>;

function testIndexes(subject: () => MongoSubject): void {
  test('every query, update and deletion is answered by an index, and none sorts what it found', async () => {
    const { store, takeCommands } = subject();
    await callEverything(store);
    const statements = takeCommands().flatMap(statementsOf);
    assert.ok(statements.length > 50, `every call was recorded: ${statements.length} statements`);
    const { client, name } = createClient({ uri: testUri() });
    const wrong: unknown[] = [];
    for (const explain of statements) {
      const plan = await client.db(name).command({ explain, verbosity: 'queryPlanner' });
      const stages = stagesOf(plan['queryPlanner']);
      assert.ok(stages.length > 0, 'the plan names its stages');
      // The few rows that a prefix of an id selects are sorted by time afterwards.
      const byPrefix = explain['find'] === 'runs' && isRange((explain['filter'] as Document)['_id']);
      const unwanted = byPrefix ? ['COLLSCAN'] : ['COLLSCAN', 'SORT'];
      if (stages.some((stage) => unwanted.includes(stage))) wrong.push({ explain, stages });
    }
    await client.close();
    assert.deepEqual(wrong, []);
  });
}

/** What `explain` takes: one query, or one update or deletion of a command of many. */
function statementsOf({ commandName, command }: CommandStartedEvent): readonly Document[] {
  const fields = (...names: readonly string[]): Document =>
    Object.fromEntries(
      names.filter((name) => name in command).map((name) => [name, plainOf(command[name] as unknown)]),
    );
  const each = (list: string): readonly Document[] =>
    (command[list] as readonly Document[]).map((one) => ({ ...fields(commandName), [list]: [one] }));
  switch (commandName) {
    case 'find':
      return [fields(commandName, 'filter', 'sort', 'limit', 'projection')];
    case 'findAndModify':
      return [fields(commandName, 'query', 'update', 'upsert', 'new')];
    case 'update':
      return each('updates');
    case 'delete':
      return each('deletes');
    default:
      return [];
  }
}

const isRange = (condition: unknown): boolean =>
  typeof condition === 'object' && condition !== null && '$lt' in condition;

/** The driver keeps the order of a sort in a map. */
const plainOf = (value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;

/** Every `stage` of the winning plan; the rejected ones do not matter. */
function stagesOf(plan: unknown): readonly string[] {
  if (Array.isArray(plan)) return plan.flatMap(stagesOf);
  if (typeof plan !== 'object' || plan === null) return [];
  return Object.entries(plan).flatMap(([name, value]) => {
    if (name === 'rejectedPlans') return [];
    return name === 'stage' ? [String(value)] : stagesOf(value);
  });
}

function testOperators(subject: () => MongoSubject): void {
  test('only what DocumentDB 5.0 has is sent', async () => {
    await callEverything(subject().store);
    const commands = new Set(allCommands.map((one) => one.commandName));
    assert.deepEqual([...commands.difference(documentDbCommands)], []);
    const operators = new Set(allCommands.flatMap((one) => operatorsOf(one.command)));
    assert.ok(operators.size >= 10, `operators were found: ${[...operators].join(', ')}`);
    assert.deepEqual([...operators.difference(documentDbOperators)], []);
    for (const { command } of allCommands) {
      const updates = listOf(command, 'updates').map((one) => one['u'] as unknown);
      const pipelines = [...updates, command['update'] as unknown].filter(Array.isArray);
      assert.deepEqual(pipelines, [], 'no update is a pipeline');
      assert.ok(!('txnNumber' in command), 'no write is a retryable one or part of a transaction');
      assert.ok(!('aggregate' in command) && !('collation' in command));
      for (const index of listOf(command, 'indexes'))
        assert.deepEqual(Object.keys(index).sort(), ['key', 'name'], 'indexes are plain');
    }
  });

  test('writes that must last wait for the journals of a majority, whatever the URI says', async () => {
    const careless = `${testUri()}${testUri().includes('?') ? '&' : '?'}retryWrites=true&w=1&readPreference=secondary`;
    const { client } = createClient({ uri: careless });
    const { retryWrites, writeConcern, readPreference } = client.options;
    assert.deepEqual(
      [retryWrites, writeConcern.w, writeConcern.journal, readPreference.mode],
      [false, 'majority', true, 'primary'],
    );
    await client.close();
    const { store, takeCommands } = subject();
    await store.commits.insert([sampleCommit(newRunId(), 1)]);
    const [insert] = takeCommands();
    assert.deepEqual(insert?.command['writeConcern'], { w: 'majority', j: true, wtimeout: 10_000 });
    assert.ok(!('txnNumber' in insert.command));
  });
}

const listOf = (command: Document, name: string): readonly Document[] =>
  (command[name] ?? []) as readonly Document[];

/** Keys with a `$` in the parts that the database interprets; at the top they belong to the protocol. */
function operatorsOf(command: Document): readonly string[] {
  const walk = (value: unknown): readonly string[] => {
    if (Array.isArray(value)) return value.flatMap(walk);
    // Values of the driver's own classes are data.
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return [];
    return Object.entries(value).flatMap(([name, member]) => [
      ...(name.startsWith('$') ? [name] : []),
      ...walk(member),
    ]);
  };
  return Object.entries(command).flatMap(([name, value]) => (name.startsWith('$') ? [] : walk(value)));
}

before(prepareDatabase);
