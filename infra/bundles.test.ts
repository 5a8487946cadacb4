import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { manifests } from '#agents/manifests.ts';
import { reasons, sharesOf } from './bundle-origins.ts';
import { buildBundles, bundleName, sizeOf, type Bundle } from './bundles.ts';
import { agentNamed } from './fixtures/system.ts';
import { bundleEntries } from './system.ts';
import { topologyOf } from './topology.ts';

// An agent of each transport, so that every kind of function is there.
const topology = topologyOf([...manifests, agentNamed('local-agent', { transport: 'local' })]);
const entries = bundleEntries(topology);

describe('bundles', () => {
  let folder: string;
  let bundles: ReadonlyMap<string, Bundle>;
  before(async () => {
    // Inside the repository, as deployments build them: source maps name sources from where they lie.
    mkdirSync('.cache', { recursive: true });
    folder = mkdtempSync(join(process.cwd(), '.cache', 'test-bundles-'));
    bundles = await buildBundles(entries, join(folder, 'first'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('load in an empty folder, and export a handler, without doing anything', () => {
    for (const { entry, folder: from } of bundles.values()) {
      const empty = mkdtempSync(join(folder, 'alone-'));
      cpSync(from, empty, { recursive: true });
      const code = "import('./index.mjs').then((m) => process.stdout.write(typeof m.handler))";
      const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], {
        cwd: empty,
        env: {},
        encoding: 'utf8',
      });
      assert.equal(stdout, 'function', `${entry}: ${stderr}`);
    }
  });

  it('are the same bytes when they are made again', async () => {
    const again = await buildBundles(entries.slice(0, 2), join(folder, 'second'));
    const digest = (at: string): string => {
      const hash = createHash('sha256');
      for (const file of globSync('**/*.{mjs,map}', { cwd: at }).sort())
        hash.update(file).update(readFileSync(join(at, file)));
      return hash.digest('hex');
    };
    for (const [entry, { folder: at }] of again)
      assert.equal(digest(at), digest(bundles.get(entry)?.folder ?? ''), entry);
  });

  it('hold nothing of the machine that made them', () => {
    for (const { folder: at } of bundles.values())
      for (const file of globSync('**/*.{mjs,map}', { cwd: at }))
        assert.ok(!readFileSync(join(at, file), 'utf8').includes(process.cwd()), `${at}/${file}`);
  });

  it('of the orchestrator stay in their budget, and every byte has its reason', () => {
    const bundle = bundles.get('functions/orchestrator/index.ts');
    assert.ok(bundle);
    const size = sizeOf(bundle);
    const why = size.origins.map(([origin, bytes]) => `${origin} ${bytes}`).join(', ');
    assert.ok(size.untraced <= 1_260_000, `${size.untraced} bytes of 1,300,000 allowed: ${why}`);
    const { drivers, own, packages } = sharesOf(size);
    assert.ok(drivers > 600_000, 'both drivers are there');
    assert.ok(own <= 250_000, `${own} bytes of our own: ${why}`);
    // Schemas and expressions are data, so what compiles them is there at run time: 250,000 for all but the drivers
    // cannot be had with them. What is reached is held.
    assert.ok(packages <= 300_000, `${packages} bytes of packages: ${why}`);
    assert.deepEqual(
      size.origins.map(([origin]) => origin).filter((origin) => reasons[origin] === undefined),
      [],
      'its reason belongs into infra/bundle-origins.ts',
    );
  });

  it('read the tracing SDK only where spans are sent somewhere', () => {
    for (const bundle of bundles.values()) {
      const { total, untraced, atStart } = sizeOf(bundle);
      assert.ok(total - untraced > 1_000_000, `${bundle.entry} has it in a file of its own`);
      assert.ok(atStart < untraced || atStart < 700_000, bundle.entry);
    }
  });

  it('are one for each entry, however many agents share it', () => {
    assert.equal(new Set(entries.map(bundleName)).size, entries.length);
    // Three are of the deployment itself: its Kafka, its store, and what the command line asks.
    assert.ok(entries.length < topology.functions.length + 3);
  });
});
