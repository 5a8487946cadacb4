/** The scripts beside the compose file, with a stand-in where `docker` would be: what they ask of it, and what they refuse. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeEvent } from '#core/cloud-event.ts';

const root = join(import.meta.dirname, '..');
let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-scripts-'));
  const docker = join(folder, 'docker');
  writeFileSync(docker, '#!/bin/sh\necho "$@"\ncase "$*" in *exec*) cat ;; esac\n');
  chmodSync(docker, 0o755);
});
after(() => rmSync(folder, { recursive: true }));

function run(script: string, ...args: readonly string[]) {
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  const { status, stdout, stderr } = spawnSync(join(root, 'scripts', script), args, {
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
}

/** What Baton reads in what was handed to rpk: one record, the value of one line. */
function sent(stdout: string) {
  const [call = '', ...records] = stdout.trimEnd().split('\n');
  assert.match(
    call,
    / exec -T redpanda rpk topic produce workflow\.request --header content-type:application\/cloudevents\+json$/,
  );
  assert.equal(records.length, 1);
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const event = decodeEvent({
    value: encode(records[0] ?? ''),
    headers: [['content-type', encode('application/cloudevents+json')]],
  });
  assert.ok(event.ok, JSON.stringify(event));
  return event.value;
}

test('every shell script is one, and can be started', () => {
  const scripts = globSync('scripts/*.sh', { cwd: root });
  assert.ok(scripts.length >= 3);
  for (const script of scripts) {
    const { status, stderr } = spawnSync('sh', ['-n', join(root, script)], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(readFileSync(join(root, script), 'utf8'), /^#!\/bin\/sh\n/);
    assert.ok((statSync(join(root, script)).mode & 0o111) === 0o111, script);
  }
});

test('an idea becomes a start, whatever characters are in it', () => {
  for (const idea of [
    'A parcel tracking service',
    'say "hi" \\ twice',
    "it's $HOME `date`",
    'Bücher & Übergänge',
  ]) {
    const { status, stdout } = run('send-request.sh', idea);
    assert.equal(status, 0);
    assert.deepEqual(sent(stdout).data, { workflow: 'design-and-provision', input: { idea } });
  }
});

test('a file with an event is sent as it is, on one line', () => {
  const event = sent(run('send-request.sh', '--event', 'examples/request.json').stdout);
  assert.deepEqual([event.id, event.type], ['parcel-tracking-1', 'dev.baton.workflow.requested.v1']);
});

test('anything else is refused, and nothing is sent', () => {
  const wrong = [
    [],
    [''],
    ['--event'],
    ['--event', 'no-such-file'],
    ['--file', 'x'],
    ['two', 'ideas'],
    ['--help'],
  ];
  for (const args of wrong) {
    const { status, stdout, stderr } = run('send-request.sh', ...args);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, /^send-request: cannot send: got '.*'\. Expected .+\. Type /);
  }
});

test('logs are followed, of all services or of those named', () => {
  const call = 'compose -f docker-compose.local.yml logs --follow --tail 100';
  assert.equal(run('tail-logs.sh').stdout.trim(), call);
  assert.equal(run('tail-logs.sh', 'orchestrator', 'timer').stdout.trim(), `${call} orchestrator timer`);
});

test('the address of traces is printed, of all runs or of one', () => {
  const all = new URL(run('open-trace.sh').stdout.trim());
  assert.equal(all.searchParams.get('service'), 'orchestrator');
  const one = new URL(run('open-trace.sh', 'nhrjn7hhy0hmp9v890j83wa07p').stdout.trim());
  assert.deepEqual(JSON.parse(one.searchParams.get('tags') ?? ''), {
    'baton.run.id': 'nhrjn7hhy0hmp9v890j83wa07p',
  });
  for (const args of [['@last'], ['a', 'b'], [''], ['"x']])
    assert.equal(run('open-trace.sh', ...args).status, 2, args.join(' '));
});
