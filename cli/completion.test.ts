import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openScene, type Scene } from './scene.fixture.ts';
import { baton, root } from './spawn.fixture.ts';

let scene: Scene;
before(async () => {
  scene = await openScene();
});
after(() => scene.remove());

const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
  const { code, stdout, stderr } = await baton(['complete', '--', ...words], { dataDir: scene.dataDir });
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  return stdout.split('\n').flatMap((line) => line.split('\t')[0] || []);
};

describe('completion', () => {
  it('offers commands, options, workflows, runs, agents, functions, and files where a file may stand', async () => {
    const expected: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
      [['do'], ['doctor']],
      [['runs', 're'], ['retry']],
      [
        ['runs', 'get', ''],
        ['@last', scene.failed.run, scene.completed.run],
      ],
      [
        ['run', 'design'],
        ['design-and-provision', ':files'],
      ],
      [['run', 'design-and-provision', '--de'], ['--detach']],
      [['agents', 'invoke', 'kafka'], ['kafka-expert']],
      [['logs', '--function', 'orch'], ['orchestrator']],
      [['logs', '--run', '@'], ['@last']],
      [['runs', 'list', '--status', 'f'], ['failed']],
      [['--quiet', 'events', 'tail', '--topic', 'dl'], ['dlq']],
      [['validate', 'x.yaml', ''], [':files']],
      [
        ['completion', ''],
        ['bash', 'zsh', 'fish'],
      ],
      [['nonsense', ''], []],
    ];
    for (const [words, offered] of expected) {
      const found = await complete(...words);
      assert.deepEqual(
        offered.filter((word) => !found.includes(word)),
        [],
        words.join(' '),
      );
      if (offered.length <= 1 && words.at(-1) !== '') assert.deepEqual(found, offered);
    }
  });

  it('says nothing but the candidates, whatever state the data folder is in', async () => {
    const { code, stdout, stderr } = await baton(['complete', '--', 'runs', 'get', ''], {
      dataDir: join(root, 'package.json'),
    });
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^@last\t/);
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    const there = spawnSync(shell, ['-c', 'true']).status === 0;
    it(`gives ${shell} a script it accepts`, { skip: !there && `${shell} is not installed` }, async () => {
      const { code, stdout } = await baton(['completion', shell]);
      assert.equal(code, 0);
      const file = join(scene.dataDir, `completion.${shell}`);
      writeFileSync(file, stdout);
      const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    });
  }

  it('works in bash as typed, and calls the program that was typed', async () => {
    const { stdout: script } = await baton(['completion', 'bash']);
    const program = join(scene.dataDir, 'baton');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'cli/main.ts')}' "$@"\n`);
    chmodSync(program, 0o755);
    const typed = `COMP_WORDS=('${program}' agents get kaf); COMP_CWORD=3; _baton; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${typed}`], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, 'kafka-expert\n');
  });

  it('names the shells it knows, exit 2', async () => {
    const { code, stderr } = await baton(['completion', 'bahs']);
    assert.equal(code, 2);
    assert.match(stderr, /'bahs'[^]*expected: bash, zsh or fish[^]*did you mean 'bash'/);
  });
});
