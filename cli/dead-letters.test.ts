import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { topics } from '#core/event-catalog.ts';
import { onLog, openScene, type Scene } from './scene.fixture.ts';
import { baton, hasStack } from './spawn.fixture.ts';

let scene: Scene;
before(async () => {
  scene = await openScene();
});
after(() => scene.remove());

const dlq = (...args: readonly string[]) => baton(['dlq', ...args], { dataDir: scene.dataDir });
const requests = () =>
  onLog(scene.dataDir, (log) =>
    Array.fromAsync(log.read({ topic: topics.request, from: 'beginning', follow: false })),
  );

describe('dlq', () => {
  let id = '';

  it('lists what could not be handled, with where it is and why', async () => {
    const { code, stdout } = await dlq('list');
    assert.equal(code, 0);
    assert.match(stdout, /^LETTER +SINCE +CODE +TOPIC/);
    const [, line = ''] = stdout.split('\n');
    assert.match(line, /^\d\/\d+ .* CE_PARSE +workflow\.request +poison/);
    id = line.split(' ')[0] ?? '';
    assert.equal((await dlq('list', '--code', 'ENGINE_BUG')).stdout, '');
  });

  it('shows one: reason, origin, and the bytes as text', async () => {
    const { stdout } = await dlq('show', id);
    assert.match(stdout, /code +CE_PARSE\nreason +.+\nfrom +workflow\.request, partition \d, offset 0/);
    assert.match(stdout, /sent again +no\n\n\{"specversion":\n$/);
  });

  it('sends one again once, and again only with --again', async () => {
    const before = await requests();
    const first = await dlq('redrive', id);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /sent to workflow\.request/);
    assert.match(first.stderr, /\.\/baton dev/);
    const second = await dlq('redrive', '@last');
    assert.match(second.stdout, /was sent again at .* --again/);
    assert.equal((await requests()).length, before.length + 1);
    assert.match((await dlq('redrive', id, '--again')).stdout, /sent to/);
    const all = await requests();
    assert.equal(all.length, before.length + 2);
    const poison = all.filter(({ value }) => Buffer.from(value ?? []).toString() === '{"specversion":');
    assert.equal(poison.length, 3);
    assert.ok(poison.every(({ key }) => Buffer.from(key ?? []).toString() === 'poison'));
    assert.equal((await dlq('list', '--open', '--json')).stdout, '[]\n');
  });

  it('shows marks of letters sent again as such in events tail', async () => {
    const tail = ['events', 'tail', '--topic', 'dlq', '--no-follow'];
    const { code, stdout } = await baton(tail, { dataDir: scene.dataDir });
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`sent again: ${id}`));
  });

  it('explains what it cannot do, exit 2', async () => {
    const wrong: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
      [['show', '99/1'], /DEAD_LETTER_MISSING/],
      [['show', 'x'], /DEAD_LETTER_ID[^]*3\/17/],
      [['redrive'], /no dead letter is named[^]*--all/],
      [['redrive', id, '--all'], /exclude each other/],
      [['list', '--limit', '0'], /--limit '0'/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stdout, stderr } = await dlq(...args);
      assert.equal(code, 2, args.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, expected);
      assert.match(stderr, /^help: /m);
      assert.equal(hasStack(stderr), false);
    }
  });
});
