import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { openScene, type Scene } from './scene.fixture.ts';
import { baton, hasStack, resultOf } from './spawn.fixture.ts';

let scene: Scene;
before(async () => {
  scene = await openScene();
});
after(() => scene.remove());

const runs = (...args: readonly string[]) => baton(['runs', ...args], { dataDir: scene.dataDir });

interface Shown {
  readonly status: string;
  readonly retryOf?: string;
  readonly input: unknown;
  readonly labels?: unknown;
  readonly definition: { readonly version: string };
  readonly steps: readonly { readonly step: string; readonly status: string; readonly attempts: number }[];
  readonly timeline: readonly { readonly text: string }[];
}
const shown = async (id: string): Promise<Shown> =>
  JSON.parse((await runs('get', id, '--json')).stdout) as Shown;

describe('runs retry', () => {
  it('starts a new run, linked to the old one, that does the completed steps not again', async () => {
    const { code, stdout, stderr } = await runs('retry', scene.failed.run);
    assert.equal(code, 1, stderr);
    const result = resultOf(stdout);
    assert.notEqual(result.run, scene.failed.run);
    assert.match(stderr, new RegExp(`Retry of run ${scene.failed.run}: run ${result.run}`));
    assert.match(stderr, new RegExp(`\\./baton runs retry ${result.run} starts again where it stopped`));
    const [old, again] = [await shown(scene.failed.run), await shown(result.run)];
    assert.equal(again.retryOf, scene.failed.run);
    assert.deepEqual(again.input, old.input);
    assert.deepEqual(again.definition, old.definition);
    assert.ok(again.timeline.some(({ text }) => text === `design reused from run ${scene.failed.run}`));
    assert.ok(!again.timeline.some(({ text }) => text.startsWith('design asked of')));
    assert.equal(old.status, 'failed', 'the old run stays as it ended');
    assert.match((await runs('get', result.run)).stdout, /^retry of run /m);
  });

  it('keeps the version the old run had, although another one is active by now', async () => {
    const text = readFileSync(scene.file, 'utf8').replace('1.0.0', '2.0.0');
    writeFileSync(scene.file, text);
    const newer = await baton(['run', scene.file, '-i', 'idea=x', '--detach'], { dataDir: scene.dataDir });
    assert.equal(newer.code, 3);
    const retried = resultOf((await runs('retry', scene.failed.run)).stdout);
    assert.equal((await shown(retried.run)).definition.version, '1.0.0');
  });

  it('retries the run of a tenant as a run of that tenant, under the labels it was given', async () => {
    const request = {
      ...{ specversion: '1.0', id: 'acme-1', source: '/shop', tenantid: 'acme' },
      type: 'dev.baton.workflow.requested.v1',
      data: { workflow: 'half-way@1.0.0', input: { idea: 'A choir' }, labels: { shop: 'north' } },
    };
    const file = `${scene.file}.event.json`;
    writeFileSync(file, JSON.stringify(request));
    const { stdout } = await baton(['events', 'publish', file, '--json'], { dataDir: scene.dataDir });
    const { run } = JSON.parse(stdout) as { readonly run: string };
    // Whoever hosts works on it; here that is whoever retries another run, as long as that takes.
    let status = '';
    for (let round = 0; round < 20 && status !== 'failed'; round += 1) {
      await runs('retry', scene.failed.run);
      const { stdout: told } = await runs('get', run, '--json');
      status = told === '' ? '' : (JSON.parse(told) as Shown).status;
    }
    assert.equal(status, 'failed');
    const retried = await runs('retry', run);
    assert.deepEqual((await shown(resultOf(retried.stdout).run)).labels, { shop: 'north' });
    assert.match(retried.stderr, /design reused from run/);
    assert.doesNotMatch(retried.stderr, /RETRY_SOURCE_MISSING/);
  });

  it('refuses a run that completed and one that is unknown, exit 2', async () => {
    const wrong: readonly (readonly [id: string, expected: RegExp])[] = [
      [
        scene.completed.run,
        /RUN_COMPLETED[^]*expected: [^]*help: start it anew: \.\/baton run design-and-provision -i idea=…$/m,
      ],
      ['zzzz', /RUN_NOT_FOUND/],
    ];
    for (const [id, expected] of wrong) {
      const { code, stdout, stderr } = await runs('retry', id);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, expected);
      assert.equal(hasStack(stderr), false);
    }
  });

  it('leaves the new run to a host with --detach', async () => {
    const { code, stdout, stderr } = await runs('retry', scene.failed.run, '--detach');
    assert.equal(code, 3);
    assert.match(stdout, /^[0-9a-z]{26}\n$/);
    assert.match(stderr, /\.\/baton dev/);
  });
});
