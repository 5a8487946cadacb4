import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { root, temporaryFolder, until } from './spawn.fixture.ts';

const folder = temporaryFolder();
after(() => folder.remove());

const script = (name: string, code: string): string => {
  const path = join(folder.path, `${name}.mjs`);
  const from = JSON.stringify(new URL('./interruption.ts', import.meta.url).href);
  const begin = `import { catchInterruption } from ${from};\nconst { signal, guard, dispose } = catchInterruption(500);\n`;
  writeFileSync(path, `${begin}await guard();\n${code}`);
  return path;
};

interface Started {
  readonly child: ChildProcess;
  readonly told: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

function start(path: string): Started {
  const child = spawn(process.execPath, [path], { cwd: root, timeout: 60_000, killSignal: 'SIGKILL' });
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (told += text));
  const ended = new Promise<Awaited<Started['ended']>>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  return { child, told: () => told, ended };
}

describe('a process that loops', () => {
  it('says where, and ends with the next Ctrl-C', async () => {
    const { child, told, ended } = start(script('loops', 'const agent = () => {\n  for (;;);\n};\nagent();'));
    await until(() => told().includes('Ctrl-C ends it'), 'it is told');
    assert.match(told(), /^warning: this process has been busy with \S+loops\.mjs:5 for more than 1 s/);
    child.kill('SIGINT');
    assert.deepEqual(await ended, { code: null, signal: 'SIGINT' });
  });

  it('hears Ctrl-C as before once the loop is over', async () => {
    const wait = `
while (process.listenerCount('SIGINT') > 0);
const told = setInterval(() => {
  if (process.listenerCount('SIGINT') === 0) return;
  clearInterval(told);
  console.log('over');
}, 20);
setInterval(() => {
  if (signal.aborted) process.exit(9);
}, 20);
`;
    const { child, told, ended } = start(script('ends', wait));
    await until(() => told().includes('over'), 'the loop is over');
    assert.match(told(), /Ctrl-C ends it/);
    child.kill('SIGINT');
    assert.deepEqual(await ended, { code: 9, signal: null });
  });

  it('says how to end it where nothing can interrupt what it does', async () => {
    const { child, told, ended } = start(
      script('waits', "process.getBuiltinModule('child_process').spawnSync('sleep', ['10']);"),
    );
    await until(() => told().includes('ends it'), 'it is told');
    assert.match(told(), new RegExp(`^help: kill -9 ${child.pid ?? 0} ends it`, 'm'));
    child.kill('SIGKILL');
    await ended;
  });

  it('is not told of one that works, and does not keep it alive', async () => {
    const work = `
let left = 15;
const work = () => {
  for (const end = performance.now() + 100; performance.now() < end; );
  if ((left -= 1) > 0) return setImmediate(work);
  dispose();
  process.exit(0);
};
work();
`;
    const { told, ended } = start(script('works', work));
    assert.deepEqual(await ended, { code: 0, signal: null });
    assert.equal(told(), '');
  });
});
