import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sharesOf, sharesText, whereTimeGoes } from './where-time-goes.ts';

const frame = (functionName: string, url: string) => ({
  functionName,
  url,
  scriptId: '0',
  lineNumber: 0,
  columnNumber: 0,
});

describe('where time goes', () => {
  it('is added up by part; what Node does counts for its caller, and waiting for nobody', () => {
    const shares = sharesOf(
      {
        startTime: 0,
        endTime: 1,
        nodes: [
          { id: 1, callFrame: frame('(root)', ''), children: [2, 5, 6] },
          { id: 2, callFrame: frame('send', 'file:///x/node_modules/kafkajs/a.js'), children: [3] },
          { id: 3, callFrame: frame('write', 'node:net'), children: [4] },
          { id: 4, callFrame: frame('writeBuffer', '') },
          { id: 5, callFrame: frame('(idle)', '') },
          { id: 6, callFrame: frame('runMicrotasks', ''), children: [7] },
          { id: 7, callFrame: frame('decide', 'file:///x/core/run/decide.ts') },
        ],
        samples: [2, 4, 4, 5, 5, 5, 6, 7],
      },
      [
        [/kafkajs/, 'Kafka client'],
        [/\/core\//, 'core'],
      ],
    );
    assert.deepEqual(Object.fromEntries(shares), {
      'Kafka client': 0.6,
      core: 0.2,
      'promises, timers and Node itself': 0.2,
    });
    assert.deepEqual(sharesText(shares).slice(0, 1), ['   60 %  Kafka client']);
  });

  it('is measured while some work is done', async () => {
    const shares = await whereTimeGoes([[/where-time-goes\.test/, 'this test']], async () => {
      let sum = 0;
      for (let round = 0; round < 200; round += 1) sum += JSON.stringify(Array.from({ length: 1000 })).length;
      await Promise.resolve(sum);
    });
    assert.ok(shares.some(([part]) => part === 'this test'));
  });
});
