import assert from 'node:assert/strict';
import { it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { createOffsetCommits } from './offset-commits.ts';
import { keepingLogger, settled } from './memory-log.fixture.ts';

/** A log whose commits the test answers one by one. */
function slowLog() {
  const asked: { readonly positions: string; readonly answer: PromiseWithResolvers<undefined> }[] = [];
  return {
    asked,
    consumer: {
      poll: async () => [],
      commit: (positions: readonly { readonly partition: number; readonly nextOffset: number }[]) => {
        const answer = Promise.withResolvers<undefined>();
        const text = positions.map(({ partition, nextOffset }) => `${partition}:${nextOffset}`).join();
        asked.push({ positions: text, answer });
        return answer.promise;
      },
      close: async () => undefined,
    },
  };
}

it('a position that could not be committed never takes the place of a later one [O1, O2]', async () => {
  const { asked, consumer } = slowLog();
  const commits = createOffsetCommits(consumer, keepingLogger());
  commits.add(0, 5);
  commits.add(1, 2);
  commits.start();
  commits.add(0, 9);
  asked[0]?.answer.reject(new InfrastructureError('no'));
  await settled();
  const flushed = commits.flush();
  await settled();
  asked[1]?.answer.resolve(undefined);
  await flushed;
  assert.deepEqual(
    asked.map(({ positions }) => positions),
    ['0:5,1:2', '0:9,1:2'],
  );
});

it('one commit is under way at a time, and what was added meanwhile goes in the next', async () => {
  const { asked, consumer } = slowLog();
  const commits = createOffsetCommits(consumer, keepingLogger());
  commits.add(0, 1);
  commits.start();
  commits.add(0, 2);
  commits.start();
  commits.add(0, 3);
  commits.start();
  assert.equal(asked.length, 1);
  asked[0]?.answer.resolve(undefined);
  await settled();
  assert.deepEqual(asked.at(1)?.positions, '0:3');
  asked[1]?.answer.resolve(undefined);
  await commits.flush();
  assert.equal(asked.length, 2);
});
