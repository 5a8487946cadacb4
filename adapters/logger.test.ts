import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { signCapability } from '#core/capability.ts';
import { createLogger } from './logger.ts';

const capability = signCapability(
  [{ id: 'k1', secret: new Uint8Array(32) }],
  { runId: 'r', step: 's', attempt: 1, agent: 'a' },
  1_700_000_000_000,
);
const secrets = { TOKEN: 'canary"with\\quotes', LONGER: 'canary"with\\quotes-and-more' };

function logger(level: 'debug' | 'info' | 'error' | 'silent' = 'debug') {
  const lines: string[] = [];
  const clock = { now: () => 1_700_000_000_000 };
  const write = createLogger({ level, clock, secrets, sink: (line) => lines.push(line) });
  return { write, lines, last: (): unknown => JSON.parse(lines.at(-1) ?? 'null') };
}

describe('a log line', () => {
  it('is one JSON object: time, level, message, then the fields', () => {
    const { write, lines } = logger();
    write.child({ runId: 'r1' }).info({ step: 'design' }, 'step dispatched');
    assert.deepEqual(lines, [
      '{"time":"2023-11-14T22:13:20.000Z","level":"info","message":"step dispatched","runId":"r1","step":"design"}',
    ]);
  });

  it('keeps its own time, level and message against fields of those names', () => {
    const { write, last } = logger();
    write.warn({ level: 'x', message: 'y', time: 'z' }, 'real');
    assert.deepEqual(last(), { time: '2023-11-14T22:13:20.000Z', level: 'warn', message: 'real' });
  });

  it('is left out below the level', () => {
    const { write, lines } = logger('error');
    write.info({}, 'no');
    write.error({}, 'yes');
    assert.equal(lines.length, 1);
    const silent = logger('silent');
    silent.write.error({}, 'no');
    assert.deepEqual(silent.lines, []);
  });

  it('shows capabilities as their key id, wherever they hide', () => {
    const { write, lines } = logger();
    const error = new Error(`bad ${capability}`, { cause: { capability } });
    write.info(
      { error, list: [`${capability},${capability}`], [capability]: 1, map: new Map([[capability, 1]]) },
      capability,
    );
    assert.ok(!lines.join('').includes(capability.slice(-43)));
    assert.equal(lines.join('').split('cap:k1').length - 1 >= 7, true);
  });

  it('shows secrets by their name, also where JSON would escape them', () => {
    const { write, last } = logger();
    write.info(
      { url: `https://x/?k=${secrets.TOKEN}`, deep: { a: [secrets.LONGER] } },
      `key ${secrets.TOKEN}`,
    );
    assert.deepEqual(last(), {
      time: '2023-11-14T22:13:20.000Z',
      level: 'info',
      message: 'key secret:TOKEN',
      url: 'https://x/?k=secret:TOKEN',
      deep: { a: ['secret:LONGER'] },
    });
  });

  it('never fails over what it is given', () => {
    const { write, lines } = logger();
    const circle: Record<string, unknown> = {
      big: 10n,
      bytes: new Uint8Array(3),
      at: new Date(NaN),
      f: () => 1,
    };
    circle['self'] = circle;
    write.info({ circle }, 'circle');
    write.info(Object.defineProperty({}, 'x', { enumerable: true, get: () => assert.fail('no') }), 'getter');
    write.info({ proxy: new Proxy({}, { ownKeys: () => assert.fail('no') }) }, 'proxy');
    const shown = lines.map((line): unknown => JSON.parse(line));
    assert.deepEqual((shown[0] as { circle: unknown }).circle, {
      big: '10',
      bytes: '[3 bytes]',
      at: '[invalid date]',
      f: '[function]',
      self: '[circular]',
    });
    assert.deepEqual(
      shown.slice(1).map((line) => (line as { fields?: string }).fields),
      ['[unreadable]', '[unreadable]'],
    );
  });
});
