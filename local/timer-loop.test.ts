import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InfrastructureError } from '#core/failure.ts';
import { keepingLogger, settled, virtualTime } from './memory-log.fixture.ts';
import { startTimerLoop } from './timer-loop.ts';

const start = 1_700_000_000_000;

function loop(due: () => number | undefined = () => undefined) {
  const time = virtualTime(start);
  const ticks: number[] = [];
  const state: { error?: Error } = {};
  const running = startTimerLoop({
    timer: {
      tick: async () => {
        ticks.push(time.clock.now() - start);
        if (state.error !== undefined) throw state.error;
        const nextDueAt = due();
        return nextDueAt === undefined ? {} : { nextDueAt };
      },
    },
    clock: time.clock,
    timers: time.timers,
    logger: keepingLogger(),
  });
  const stop = async () => {
    await running.stop();
    assert.equal(time.pending(), 0);
  };
  return { time, ticks, state, running, stop };
}

describe('the timer loop', () => {
  it('looks once a second while nothing is due', async () => {
    const { time, ticks, stop } = loop();
    await time.advance(3_000);
    assert.deepEqual(ticks, [0, 1_000, 2_000, 3_000]);
    await stop();
  });

  it('wakes when the next thing is due', async () => {
    const { time, ticks, stop } = loop(() => (time.clock.now() < start + 300 ? start + 300 : undefined));
    await time.advance(400);
    assert.deepEqual(ticks, [0, 300]);
    await stop();
  });

  it('wakes for a deadline that is armed while it sleeps, and ignores later ones', async () => {
    const { time, ticks, running, stop } = loop();
    await time.advance(100);
    running.notice(start + 250);
    running.notice(start + 150);
    running.notice(start + 900);
    await time.advance(60);
    assert.deepEqual(ticks, [0, 150]);
    await stop();
  });

  it('ticks every 10 ms at most, however much is due', async () => {
    const { time, ticks, running, stop } = loop(() => 0);
    for (let ms = 0; ms < 50; ms += 1) {
      running.notice(0);
      await time.advance(1);
    }
    assert.deepEqual(ticks, [0, 10, 20, 30, 40, 50]);
    await stop();
  });

  it('does not lose what is armed while it looks', async () => {
    const { time, ticks, running, stop } = loop(() => {
      if (ticks.length === 1) running.notice(start + 20);
      return undefined;
    });
    await time.advance(30);
    assert.deepEqual(ticks, [0, 20]);
    await stop();
  });

  it('tries again after a failure, later each time, and recovers', async () => {
    const { time, ticks, state, running, stop } = loop();
    await settled();
    state.error = new InfrastructureError('store away');
    await time.advance(1_000);
    running.notice(start);
    await time.advance(350);
    assert.deepEqual(ticks, [0, 1_000, 1_050, 1_150, 1_350]);
    delete state.error;
    await time.advance(1_400);
    assert.deepEqual(ticks.slice(5), [1_750, 2_750]);
    await stop();
  });
});
