/** Letter D: ids that would be queries, and stored data that somebody else wrote, broke or put there before. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe } from 'node:test';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { baton } from '#cli/spawn.fixture.ts';
import { deadLetterHeaders } from '#core/dead-letter.ts';
import { topics } from '#core/event-catalog.ts';
import { InfrastructureError } from '#core/failure.ts';
import { parseRunId } from '#core/ids.ts';
import { type Json } from '#core/json.ts';
import { type LogRecord } from '#core/ports.ts';
import { chain } from '#tests/engine/chain.ts';
import { completed, openEngine, type Engine, type EngineOptions } from '#tests/engine/engine.ts';
import { codes, onlyRun, tamper } from '#tests/engine/sandbox.ts';
import { assertClean, assertSentence } from './error-contract.ts';
import { row } from './rows.ts';

const open: Engine[] = [];
const folders: string[] = [];
async function engine(orchestrator: EngineOptions['orchestrator'] = {}): Promise<Engine> {
  const agents = { worker: (task) => completed(task.input) } satisfies EngineOptions['agents'];
  const made = await openEngine({ workflow: chain, agents, orchestrator });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const reasons = (letters: readonly LogRecord[]) =>
  letters.map(({ headers }) =>
    new TextDecoder().decode(headers.find(([name]) => name === deadLetterHeaders.reason)?.[1]),
  );

/** A run with its first task answered and not yet taken up; `change` is done to the stored data meanwhile. `warm`: it stays cached. */
async function broken(change: (e: Engine, runId: string) => void, warm?: 'warm') {
  const e = await engine();
  await e.start('a', { idea: 'x' });
  await e.deliver(await e.take(topics.request));
  await e.answerTasks();
  const { runId } = await onlyRun(e);
  change(e, runId);
  if (warm === undefined) e.restart();
  await e.settle();
  const letters = await e.deadLetters();
  return { e, letters, runId };
}

describe('bad ids', () => {
  const ids: readonly Json[] = [{ $ne: null }, ['a'], 7, null, '', '$where', 'a.b', '__proto__', '../../etc', 'x'.repeat(300), '0'.repeat(25), 'I'.repeat(26)]; // prettier-ignore
  for (const id of ids)
    row('D01', `a run id that is ${JSON.stringify(id)?.slice(0, 30)} is none`, () => {
      assert.equal(parseRunId(id), undefined);
    });

  row('D01', 'a cancel for such a run is ID_INVALID, and no query is made', async () => {
    const e = await engine();
    for (const subject of ['$where', 'a.b', '__proto__', "'; drop table commits; --"])
      await e.publish(topics.command, { id: subject, source: '/test', type: 'dev.baton.run.cancel.v1', subject, data: { by: 'me' } });
    e.counts.clear();
    const records = await e.take(topics.command);
    await e.deliver(records);
    const letters = await e.deadLetters();
    assert.deepEqual(codes(letters), records.map(() => 'ID_INVALID'));
    for (const reason of reasons(letters)) assertSentence({ code: 'ID_INVALID', message: reason });
    assert.deepEqual([...e.counts.keys()], ['log.publish']);
  }); // prettier-ignore

  row('D01', 'the command line refuses them before it opens anything, exit 2', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-bad-'));
    folders.push(folder);
    for (const id of ['$where', '{"$ne":null}', '../x']) {
      const { code, stdout, stderr } = await baton(['runs', 'get', id], { dataDir: folder });
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, /error\[ID_INVALID\][^]*expected|help/);
      assertClean(stderr);
    }
  });
});

describe('bad stored data', () => {
  row('D02', 'a commit of a newer schema parks the run, and nothing overwrites it', async () => {
    const { e, letters, runId } = await broken((engine, id) => edit(engine, id, "replace(body, '\"schema\":1', '\"schema\":99')"));
    assert.deepEqual([...new Set(codes(letters))], ['STATE_VERSION_NEWER']);
    for (const reason of reasons(letters)) assert.match(reason, /schema 99[^]*reads up to[^]*Upgrade Baton/);
    assert.equal((await onlyRun(e)).status, 'quarantined');
    assert.equal(countCommits(e, runId), 1, 'no commit was added or changed');
  }); // prettier-ignore

  row('D04', 'a start that comes twice is one run; the second changes nothing', async () => {
    const e = await engine();
    await e.start('a', { idea: 'x' });
    await e.settle();
    const { runId } = await onlyRun(e);
    const before = countCommits(e, runId);
    await e.start('a', { idea: 'x' });
    await e.settle();
    assert.equal((await onlyRun(e)).runId, runId);
    assert.equal(countCommits(e, runId), before);
  });

  row('D05', 'a chain of commits that was changed behind the engine is STATE_CORRUPT, and only its run stands still', async () => {
    const e = await engine();
    await e.start('a', { idea: 'x' });
    await e.start('b', { idea: 'y' });
    await e.deliver(await e.take(topics.request));
    await e.answerTasks();
    await e.deliver(await e.take(topics.response));
    const [run] = await e.store.runs.list({ limit: 1 });
    tamper(e, run?.runId ?? '');
    e.restart();
    await e.settle();
    const letters = await e.deadLetters();
    assert.ok(codes(letters).includes('STATE_CORRUPT'));
    for (const reason of reasons(letters)) assertSentence({ code: 'STATE_CORRUPT', message: reason });
    const rows = await e.store.runs.list({ limit: 10 });
    assert.deepEqual(rows.map(({ status }) => status).sort(), ['completed', 'quarantined']);
  }); // prettier-ignore

  for (const [what, table] of [
    ['a commit', 'commits'],
    ['a snapshot', 'snapshots'],
  ] as const)
    // prettier-ignore
    row('D05', `${what} that is no JSON is STATE_CORRUPT, and only its run stands still`, async () => {
      const e = await engine(table === 'snapshots' ? { snapshotEvery: 1 } : {});
      await e.start('a', { idea: 'x' });
      await e.start('b', { idea: 'y' });
      await e.deliver(await e.take(topics.request));
      const [run] = await e.store.runs.list({ limit: 1 });
      edit(e, run?.runId ?? '', "'{'", table);
      e.restart();
      await e.settle();
      const letters = await e.deadLetters();
      assert.deepEqual([...new Set(codes(letters))], ['STATE_CORRUPT']);
      for (const reason of reasons(letters)) assertSentence({ code: 'STATE_CORRUPT', message: reason });
      const rows = await e.store.runs.list({ limit: 10 });
      assert.deepEqual(rows.map(({ status }) => status).sort(), ['completed', 'quarantined']);
    });

  row('D05', 'a commit that lost its race against one that is no JSON costs the run as well', async () => {
    const { e, letters } = await broken((engine, id) => {
      const database = new DatabaseSync(join(engine.folder, 'baton.db'));
      database.prepare('insert into commits (run, version, body) values (?, 2, ?)').run(id, '{');
      database.close();
    }, 'warm');
    assert.deepEqual(codes(letters), ['STATE_CORRUPT']);
    assert.equal((await onlyRun(e)).status, 'quarantined');
  });

  row('D06', 'a data folder that cannot be used is STORE_… with its path, exit 4, no stack', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-bad-'));
    folders.push(folder);
    writeFileSync(join(folder, 'file'), '');
    const { code, stdout, stderr } = await baton(['runs', 'list'], { dataDir: join(folder, 'file') });
    assert.deepEqual([code, stdout], [4, '']);
    assert.match(stderr, /^error\[STORE_[A-Z_]+\]: [^]*expected/i);
    assertClean(stderr);
  });

  row('D06', 'a database that is no database is STORE_CORRUPT, and stays as it is', () => {
    const folder = mkdtempSync(join(tmpdir(), 'baton-bad-'));
    folders.push(folder);
    writeFileSync(join(folder, 'baton.db'), 'not a database '.repeat(1000));
    assert.throws(
      () => openEmbedded({ folder, clock: { now: () => 0 } }),
      (error) => error instanceof InfrastructureError && /STORE_CORRUPT/.test(error.message),
    );
  });
});

/** Changes the text of the first commit, or of a snapshot of it, by an SQL expression. */
function edit(
  e: Engine,
  runId: string,
  expression: string,
  table: 'commits' | 'snapshots' = 'commits',
): void {
  const database = new DatabaseSync(join(e.folder, 'baton.db'));
  const { changes } = database
    .prepare(`update ${table} set body = ${expression} where run = ? and version = 1`)
    .run(runId);
  database.close();
  assert.equal(Number(changes), 1);
}

function countCommits(e: Engine, runId: string): number {
  const database = new DatabaseSync(join(e.folder, 'baton.db'));
  const rows = database.prepare('select body from commits where run = ?').all(runId);
  database.close();
  return rows.length;
}
