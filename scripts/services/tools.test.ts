import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ServicesError } from './problem.ts';
import { perform, requireTools, tools } from './tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-tools-'));
after(() => rmSync(folder, { recursive: true }));

/** A program that prints this as its version, on stderr. */
function program(name: string, prints: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\nprintf '%s\\n' '${prints}' >&2\n`);
  chmodSync(join(folder, name), 0o755);
}

const env = { PATH: folder };
const refusal = (needed: Parameters<typeof requireTools>[0]): string => {
  try {
    requireTools(needed, 'Apache Kafka', env);
    return '';
  } catch (error) {
    assert.ok(error instanceof ServicesError && error.exit === 4);
    return error.message;
  }
};

test('every missing program is named with its Debian package', () => {
  const packages = [
    'openjdk-17-jre-headless',
    'maven',
    'python3',
    'python3-pip',
    'golang-go',
    'kcat',
    'buildah',
    'debootstrap',
  ];
  for (const [index, tool] of Object.values(tools).entries()) {
    const message = refusal([tool]);
    assert.match(message, new RegExp(`Apache Kafka needs .*: ${tool.command}( with pip)? is missing`));
    assert.match(
      message,
      new RegExp(
        `\\n {2}expected: ${tool.command} .*or newer\\n {2}to fix: .*apt-get install ${packages[index]}\``,
      ),
    );
  }
  const both = refusal([tools.maven, tools.go]);
  assert.match(both, /mvn is missing, go is missing/);
});

test('one that is too old is told with its version, one that is new enough is taken', () => {
  program('java', 'openjdk version "11.0.2" 2019-01-15');
  assert.match(refusal([tools.java]), /java is 11\.0\n {2}expected: java 17\.0 or newer/);
  program('go', 'go version go1.19.8 linux/amd64');
  assert.match(refusal([tools.go]), /go is 1\.19\n/);
  program('java', 'openjdk version "21" 2023-09-19');
  program('go', 'go version go1.26.8 linux/amd64');
  program('mvn', '\u001b[1mApache Maven 3.8.7\u001b[m');
  program('kcat', 'Copyright (c) 2014-2021, its author\nVersion 1.7.1 (librdkafka 2.0.2)');
  assert.equal(refusal([tools.java, tools.go, tools.maven, tools.kcat]), '');
  program('kcat', 'Copyright (c) 2014-2021, its author\nVersion 1.5.0 (librdkafka 1.2.0)');
  assert.match(refusal([tools.kcat]), /kcat is 1\.5\n/);
});

test('a build that fails is told with its command, how it ended and its last lines', async () => {
  const log = join(folder, 'logs', 'build.log');
  const work = {
    command: process.execPath,
    args: ['-e', 'console.log("no such host"); process.exit(3)'],
    cwd: folder,
  };
  await assert.rejects(perform({ ...work, log }), (error: unknown) => {
    assert.ok(error instanceof ServicesError);
    assert.match(error.message, /process\.exit\(3\)` ended with 3; its last lines:\n {4}no such host\n/);
    assert.ok(error.message.includes(log));
    return true;
  });
  await assert.rejects(perform({ command: 'no-such-program', args: [], cwd: folder, log }), /ENOENT/);
});
