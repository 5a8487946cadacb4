import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configurations, mutants, violations, type Check } from '../model/configurations.ts';
import { outcomeOf, problemOf } from './check-model-verdict.ts';

// What pan 6.5.2 printed, shortened.
const complete = `
(Spin Version 6.5.2 -- 6 December 2019)
	+ Partial Order Reduction
	+ Compression

Full statespace search for:
	never claim         	- (none specified)
	assertion violations	+
	cycle checks       	- (disabled by -DSAFETY)
	invalid end states	+

State-vector 388 byte, depth reached 1111, errors: 0
   379534 states, stored
   619824 states, matched

Stats on memory usage (in Megabytes):
  150.572	equivalent memory usage for states (stored*(State-vector + overhead))
   80.572	total actual memory usage
`;
const assertion = (text: string): string =>
  `pan:1: ${text} (at depth 703)
pan: wrote commits.pml.trail
${complete.replace('December 2019)\n', 'December 2019)\nWarning: Search not completed\n').replace('errors: 0', 'errors: 1')}`;
const tooDeep = `error: max search depth too small\n${complete}`;
const outOfMemory = `pan: reached -DMEMLIM bound
	4.15597e+07 bytes used
	409600 bytes more needed
	4.1943e+07 bytes limit
hint: to reduce memory, recompile with
  -DMA=388   # better/slower compression, or
  -DBITSTATE # supertrace, approximation
${complete.replace('December 2019)\n', 'December 2019)\nWarning: Search not completed\n')}`;

const good: Check = { name: 'good', defines: {} };
const mutant: Check = { name: 'mutant', defines: {}, breaks: 'P7' };

describe('a search', () => {
  it('that was complete and found nothing lets a configuration pass, and fails a mutant', () => {
    const outcome = outcomeOf(complete);
    assert.deepEqual(outcome, {
      states: 379_534,
      depth: 1111,
      megabytes: 80.572,
      found: { type: 'nothing' },
    });
    assert.equal(problemOf(good, outcome), undefined);
    assert.match(problemOf(mutant, outcome) ?? '', /expected P7 to be violated/);
  });

  it('that found an error fails a configuration, and passes a mutant if it is the property meant', () => {
    const outcome = outcomeOf(assertion('assertion violated (head[0].st>=2)'));
    assert.equal(outcome.found.type, 'error');
    assert.match(problemOf(good, outcome) ?? '', /head\[0\]\.st>=2/);
    assert.equal(problemOf(mutant, outcome), undefined);
    assert.match(problemOf({ ...mutant, breaks: 'P2' }, outcome) ?? '', /something else than P2/);
    const cycle = outcomeOf(assertion('non-progress cycle'));
    assert.equal(problemOf({ ...mutant, breaks: 'P8' }, cycle), undefined);
  });

  for (const [what, output] of [
    ['did not go to the bottom', tooDeep],
    ['ran out of memory', outOfMemory],
    ['was killed', '\nKilled: SIGKILL'],
    ['printed nothing', ''],
    [
      'stopped early and says nothing else',
      complete.replace('(Spin', 'Warning: Search not completed\n(Spin'),
    ],
    ['counted an error and named none', complete.replace('errors: 0', 'errors: 1')],
  ] as const) {
    it(`that ${what} is no answer, for a configuration and for a mutant`, () => {
      const outcome = outcomeOf(output);
      assert.equal(outcome.found.type, 'unclear');
      assert.match(problemOf(good, outcome) ?? '', /no answer/);
      assert.match(problemOf(mutant, outcome) ?? '', /no answer/);
    });
  }
});

it('every property has a mutant that breaks it, and no two checks share a name', () => {
  const broken = new Set(mutants.map(({ breaks }) => breaks));
  assert.deepEqual([...broken].sort(), Object.keys(violations));
  const names = [...configurations, ...mutants].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});
