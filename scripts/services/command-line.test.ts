import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './command-line.ts';
import { ServicesError } from './problem.ts';

test('a verb comes with the services it is for', () => {
  assert.deepEqual(readCommandLine(['up']), { verb: 'up', only: [], keep: false });
  const some = ['up', '--only', 'kafka, jaeger', '--keep'];
  assert.deepEqual(readCommandLine(some), { verb: 'up', only: ['kafka', 'jaeger'], keep: true });
  assert.deepEqual(readCommandLine(['env', '--only=mongo']), { verb: 'env', only: ['mongo'], keep: false });
});

test('anything else is refused with what was given, what was expected and what to type', () => {
  const wrong: readonly (readonly [args: readonly string[], given: string])[] = [
    [[], 'nothing'],
    [['start'], 'start'],
    [['up', 'kafka'], 'up kafka'],
    [['up', '--only', 'kafak'], '--only kafak'],
    [['up', '--only', ''], '--only '],
    [['down', '--keep'], 'down --keep'],
    [['up', '--force'], 'up --force'],
    [['up', '--only'], 'up --only'],
  ];
  for (const [args, given] of wrong)
    assert.throws(
      () => readCommandLine(args),
      (error: unknown) => {
        assert.ok(error instanceof ServicesError && error.exit === 2, args.join(' '));
        assert.ok(error.message.startsWith(`services: cannot do '${given}'\n`), error.message);
        assert.match(error.message, /\n {2}expected: .+\n {2}to fix: {3}type npm run services -- up\|down/s);
        return true;
      },
    );
});
