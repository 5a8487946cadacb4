import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { followLines, lastLines } from './follow-lines.ts';
import { logFiles, openLogFile } from './log-file.ts';
import { temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());
const all = (line: string): string => line;
const unexpected = (reason: string): void => assert.fail(reason);

describe('the log file of a host', () => {
  it('keeps lines across processes, and only so many bytes of them (LF1)', async () => {
    const dataDir = join(folder.path, 'kept');
    const [older, current] = logFiles(dataDir);
    for (const word of ['first', 'second']) {
      const file = openLogFile(dataDir, unexpected);
      file.write(word);
      file.close();
    }
    assert.equal(readFileSync(current, 'utf8'), 'first\nsecond\n');
    const file = openLogFile(dataDir, unexpected);
    for (let index = 0; index < 300; index += 1) file.write(`${index} ${'x'.repeat(100_000)}`);
    file.close();
    assert.ok(statSync(older).size + statSync(current).size < 20 * 1024 * 1024);
    const { lines } = await lastLines([older, current], (line) => line.split(' ')[0], 3);
    assert.deepEqual(lines, ['297', '298', '299']);
  });

  it('tells once that a disk takes no lines, and does not fail (LF2)', () => {
    const dataDir = join(folder.path, 'blocked');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'logs'), 'a file where the folder should be');
    const reasons: string[] = [];
    const file = openLogFile(dataDir, (reason) => reasons.push(reason));
    for (let index = 0; index < 10; index += 1) file.write('x'.repeat(70_000));
    file.close();
    assert.equal(reasons.length, 1);
    assert.ok(!existsSync(logFiles(dataDir)[1]));
  });

  it('is followed through half lines and through its replacement by a new file', async () => {
    const dataDir = join(folder.path, 'followed');
    const [older, current] = logFiles(dataDir);
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    writeFileSync(current, 'one\ntwo\nhal');
    const { lines, position } = await lastLines([older, current], all, 1);
    assert.deepEqual(lines, ['two']);
    const stop = new AbortController();
    const seen: string[] = [];
    appendFileSync(current, 'f\n');
    for await (const line of followLines(current, position, stop.signal)) {
      seen.push(line);
      if (line === 'half') writeFileSync(current, 'new\n');
      else stop.abort();
    }
    assert.deepEqual(seen, ['half', 'new']);
  });

  it('that cannot be read any more ends its followers with what is known of the data folder', async () => {
    const dataDir = join(folder.path, 'replaced');
    const [older, current] = logFiles(dataDir);
    mkdirSync(current, { recursive: true });
    const known = { name: 'InfrastructureError', message: /^STORE_IO: .+ \(data folder .+replaced\)/ };
    await assert.rejects(lastLines([older, current], all, 1), known);
    const lines = followLines(current, { file: 0, bytes: 0 }, new AbortController().signal);
    await assert.rejects(lines.next(), known);
  });
});
