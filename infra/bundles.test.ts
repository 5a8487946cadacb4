import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
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
    assert.ok(size.untraced <= 1_225_000, `${size.untraced} bytes of 1,300,000 allowed: ${why}`);
    const { drivers, own, packages } = sharesOf(size);
    assert.ok(drivers > 600_000, 'both drivers are there');
    assert.ok(own <= 237_000, `${own} bytes of our own: ${why}`);
    // 250,000 for all but the drivers cannot be had: our own code and the interpreter of expressions are 317,000 by
    // themselves, before any schema is checked or event signed. Nothing is put off to a file that an ordinary start
    // would read after all; what is reached is held.
    assert.ok(packages <= 262_000, `${packages} bytes of packages: ${why}`);
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

  it('sign the token of Amazon MSK as the package does that they leave parts out of', async () => {
    const entry = 'adapters/kafka/iam-token.ts';
    const bundle = (await buildBundles([entry], join(folder, 'signer'))).get(entry);
    assert.ok(bundle);
    const [packaged, bundled] = [join(process.cwd(), entry), join(bundle.folder, 'index.mjs')].map(tokenOf);
    assert.match(packaged ?? '', /X-Amz-Security-Token=a-session.*X-Amz-Signature=[0-9a-f]{64}/);
    assert.equal(bundled, packaged);
  });

  it('are one for each entry, however many agents share it', () => {
    assert.equal(new Set(entries.map(bundleName)).size, entries.length);
    // Three are of the deployment itself: its Kafka, its store, and what the command line asks.
    assert.ok(entries.length < topology.functions.length + 3);
  });
});

/** The address that a token stands for, made at a fixed time with fixed credentials. */
function tokenOf(file: string): string {
  const code = `
const at = Date.UTC(2026, 10, 29, 12);
globalThis.Date = class extends Date { constructor(...given) { super(...(given.length === 0 ? [at] : given)); } };
const { signIamToken } = await import(${JSON.stringify(pathToFileURL(file).href)});
process.stdout.write(Buffer.from(await signIamToken('eu-central-1'), 'base64url').toString());`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    encoding: 'utf8',
    env: {
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'an-example-of-a-key',
      AWS_SESSION_TOKEN: 'a-session',
    },
  });
  assert.match(stdout, /^https:/, stderr);
  return stdout;
}
