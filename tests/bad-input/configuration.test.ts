/** Letter C: settings, secrets and the command line, as people and scripts get them wrong. Exit code, no stack, nothing changed. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { after, describe } from 'node:test';
import { readConfig } from '#adapters/config.ts';
import { baton, root, type Options } from '#cli/spawn.fixture.ts';
import { secretFailureOf } from './missing-secret.ts';
import { assertClean, assertFourParts, assertSentence, plantedSecret } from './error-contract.ts';
import { row } from './rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-bad-'));
after(() => rmSync(folder, { recursive: true, force: true }));

type Env = Readonly<Record<string, string>>;
const settings: readonly (readonly [id: string, what: string, env: Env, code: string, says: RegExp])[] = [
  ['C01', 'a misspelt name', { BATON_DATADIR: 'x' }, 'CONFIG_UNKNOWN', /nearest is BATON_DATA_DIR/],
  ['C01', 'a name nobody knows', { BATON_ZZZ: plantedSecret }, 'CONFIG_UNKNOWN', /BATON_ZZZ/],
  ['C01', 'a name of 300 characters', { [`BATON_${'X'.repeat(300)}`]: '1' }, 'CONFIG_UNKNOWN', /BATON_XXX/],
  ['C01', 'a port that is a word', { JAEGER_PORT: 'jaeger' }, 'CONFIG_TYPE', /"jaeger"[^]*1 to 65535/],
  ['C01', 'a port beyond ports', { JAEGER_PORT: '70000' }, 'CONFIG_TYPE', /65535/],
  ['C01', 'a flag that is yes', { BATON_DEVELOPMENT: 'yes' }, 'CONFIG_TYPE', /true or false/],
  ['C01', 'a level that is none', { BATON_LOG: 'loud' }, 'CONFIG_TYPE', /debug, info, warn/],
  ['C01', 'a value of 10,000 characters', { BATON_LOG: 'x'.repeat(10_000) }, 'CONFIG_TYPE', /xxx…/],
  ['C01', 'a URL with a password', { OPENAI_BASE_URL: 'https://me:hunter2-hunter2@x.test' }, 'CONFIG_TYPE', /without user name/],
  ['C01', 'a key with a space', { OPENAI_API_KEY: `${plantedSecret} x` }, 'CONFIG_TYPE', /not shown/],
  ['C01', 'capability keys that are short', { BATON_CAPABILITY_KEYS: 'k1:AAAA' }, 'CONFIG_TYPE', /32 bytes/],
  ['C01', 'Kafka without MongoDB', { KAFKA_BOOTSTRAP_SERVERS: 'x:9092' }, 'CONFIG_CONFLICT', /MONGODB_URI/],
  ['C01', 'MongoDB without Kafka', { MONGODB_URI: `mongodb://u:${plantedSecret}@x` }, 'CONFIG_CONFLICT', /KAFKA_BOOTSTRAP_SERVERS/],
  ['C02', 'a secret that is empty', { BATON_SECRET_SHOP: ' ' }, 'SECRET_MISSING', /BATON_SECRET_SHOP/],
  ['C02', 'a secret too short to keep out of logs', { BATON_SECRET_SHOP: 'pw1' }, 'CONFIG_TYPE', /8 characters/],
]; // prettier-ignore

describe('bad settings', () => {
  for (const [id, what, env, code, says] of settings)
    row(id, `${what} is ${code}`, () => {
      const read = readConfig(env);
      assert.ok(!read.ok, 'it was accepted');
      const [problem, ...more] = read.problem;
      assert.ok(problem !== undefined && more.length === 0);
      assertFourParts(problem, code);
      assert.match(problem.message, says);
      assert.doesNotMatch(problem.message, /hunter2|pw1/);
    });

  row(
    'C01',
    'every problem of the environment is told at once, exit 4, and no data folder is made',
    async () => {
      const dataDir = join(folder, 'never');
      const env = { BATON_LOGG: 'x', MONGODB_URI: `mongodb://u:${plantedSecret}@x`, BATON_LOG: 'loud' };
      const { code, stdout, stderr } = await baton(['runs', 'list'], { env, dataDir });
      assert.deepEqual([code, stdout], [4, '']);
      for (const part of ['CONFIG_UNKNOWN', 'CONFIG_CONFLICT', 'CONFIG_TYPE']) assert.ok(stderr.includes(part), part); // prettier-ignore
      assertClean(stderr);
      assert.equal(existsSync(dataDir), false);
    },
  );

  row('C02', 'a secret that is not set where the agent runs is SECRET_MISSING: its name, and no call', () => {
    const failed = secretFailureOf('SHOP_KEY');
    assertSentence(failed, 'SECRET_MISSING');
    assert.match(failed.message, /SHOP_KEY/);
  });
});

const lines: readonly (readonly [what: string, args: readonly string[], code: string, options?: Options])[] = [
  ['no arguments', [], 'Usage'],
  ['an unknown command', ['rnu'], 'USAGE'],
  ['an unknown command with a secret in it', [plantedSecret], 'USAGE'],
  ['an unknown flag', ['validate', '--jsn'], 'USAGE'],
  ['an argument too few', ['plan'], 'USAGE'],
  ['an argument too many', ['runs', 'list', 'x', 'y'], 'USAGE'],
  ['a flag without its value', ['run', 'x', '-f'], 'USAGE'],
  ['a number that is none', ['runs', 'list', '--limit', 'many'], 'USAGE'],
  ['a file that is missing', ['validate', 'workflows/none.yaml'], 'FILE_MISSING'],
  ['a directory', ['validate', 'workflows'], 'FILE_IS_DIRECTORY'],
  ['a file that is no text', ['validate', execPath], 'WF_TOO_LARGE'],
  ['a name with a NUL escape', ['plan', 'a\u0001b.yaml'], 'FILE_MISSING'],
  ['stdin that is empty', ['validate', '-'], 'WF_EMPTY', { stdin: '' }],
  ['stdin that is not JSON', ['run', 'design-and-provision', '-f', '-'], 'JSON_SYNTAX', { stdin: '{' }],
  ['an input that is unknown', ['run', 'design-and-provision', '-i', `${plantedSecret}=1`], 'INPUT_UNKNOWN'],
  ['an input without a value', ['run', 'design-and-provision', '-i', 'idea'], 'INPUT_SYNTAX'],
  ['a workflow that is none', ['run', 'design-and-privision'], ''],
]; // prettier-ignore

describe('bad command lines', () => {
  for (const [what, args, code, options] of lines)
    row(
      'C06',
      `${what} is exit 2 with ${code === '' ? 'the nearest name' : code}, never a stack`,
      async () => {
        const dataDir = join(folder, 'untouched');
        const ended = await baton(args, { ...options, dataDir });
        assert.equal(ended.code, 2, ended.stderr);
        assert.equal(ended.stdout, '');
        assert.ok(ended.stderr.includes(code), ended.stderr);
        assertClean(ended.stderr);
        assert.ok(ended.stderr.length < 4000, 'an error one can read');
        assert.deepEqual(existsSync(dataDir) ? readdirSync(dataDir).filter((name) => name !== 'baton.db') : [], []); // prettier-ignore
      },
    );

  row('C06', 'an unreadable file is FILE_UNREADABLE', async (/* root may read everything */) => {
    const file = join(folder, 'locked.yaml');
    writeFileSync(file, 'name: x\n');
    chmodSync(file, 0o000);
    const { code, stderr } = await baton(['validate', file]);
    assert.equal(code, 2);
    assert.match(stderr, process.getuid?.() === 0 ? /WF_REQUIRED/ : /FILE_UNREADABLE[^]*chmod/);
    assertClean(stderr);
  });

  row('C06', 'a reader that goes away ends the command quietly', async () => {
    const child = spawn('/bin/sh', ['-c', `"${execPath}" cli/main.ts agents get app-designer --json | head -c 1`], { cwd: root }); // prettier-ignore
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise((done) => child.on('close', done));
    assert.deepEqual([code, stderr], [0, '']);
  });

  row('C06', 'a stdin that is closed is no crash', async () => {
    const child = spawn('/bin/sh', ['-c', `"${execPath}" cli/main.ts validate - <&-`], { cwd: root });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise((done) => child.on('close', done));
    assert.equal(code, 2, stderr);
    assert.match(stderr, /error\[(?:FILE_UNREADABLE|WF_EMPTY|FILE_IS_DIRECTORY)\]/);
    assertClean(stderr);
  });

  row('C07', 'a Node that is too old is RUNTIME_VERSION: needs 24, and what was found', () => {
    const tree = join(folder, 'old');
    mkdirSync(join(tree, 'scripts'), { recursive: true });
    mkdirSync(join(tree, 'node_modules'));
    mkdirSync(join(tree, 'bin'));
    cpSync(join(root, 'scripts/with-node'), join(tree, 'scripts/with-node'));
    writeFileSync(join(tree, 'package-lock.json'), '{}');
    writeFileSync(join(tree, 'node_modules/.package-lock.json'), '{}');
    // A Node 20 as far as anybody can see.
    writeFileSync(join(tree, 'bin/node'), '#!/bin/sh\ncase $1 in -p) echo 20 ;; -v) echo v20.1.0 ;; esac\n');
    chmodSync(join(tree, 'bin/node'), 0o755);
    const env = { PATH: `${join(tree, 'bin')}:/usr/bin:/bin` };
    const { status, stdout, stderr } = spawnSync(join(tree, 'scripts/with-node'), ['node', 'x'], { env, encoding: 'utf8' }); // prettier-ignore
    assert.deepEqual([status, stdout], [4, '']);
    assert.match(stderr, /RUNTIME_VERSION: found Node v20\.1\.0, needs Node 24[^]*[Ii]nstall Node 24/);
  });
});
