import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { manifests } from '#agents/manifests.ts';
import { buildBundles, bundleName, sizeOf, type Bundle } from './bundles.ts';
import { agentNamed } from './fixtures/system.ts';
import { bundleEntries } from './system.ts';
import { topologyOf } from './topology.ts';

// An agent of each transport, so that every kind of function is there.
const topology = topologyOf([...manifests, agentNamed('local-agent', { transport: 'local' })]);
const entries = bundleEntries(topology);
const drivers = ['kafkajs', 'mongodb', 'bson', 'mongodb-connection-string-url', 'whatwg-url'];

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

  it('of the orchestrator stays in its budget', () => {
    const bundle = bundles.get('functions/orchestrator/index.ts');
    assert.ok(bundle);
    const { untraced, origins } = sizeOf(bundle);
    const why = origins.map(([origin, bytes]) => `${origin} ${bytes}`).join(', ');
    // The aim is 1.3 MB.
    assert.ok(untraced <= 1_370_000, `${untraced} bytes: ${why}`);
    const of = (names: readonly string[]) =>
      origins.filter(([origin]) => names.includes(origin)).reduce((sum, [, bytes]) => sum + bytes, 0);
    assert.ok(of(drivers) > 700_000, 'both drivers are there');
    assert.ok(of(['core', 'functions', 'adapters', 'agents']) <= 250_000, why);
    // What stands in for what was left out.
    assert.ok(of(['openai', 'tr46', 'thriftrw', '@aws-sdk/client-sts']) < 1_000, why);
  });

  it('are one for each entry, however many agents share it', () => {
    assert.equal(new Set(entries.map(bundleName)).size, entries.length);
    assert.ok(entries.length < topology.functions.length + 2);
  });
});
