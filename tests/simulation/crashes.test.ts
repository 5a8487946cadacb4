/** A crash at every boundary of the ordinary history, one at a time, and in pairs over three steps. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replayedChoices, seededChoices } from '#simulation/choices.ts';
import { judgeOf } from '#simulation/hunt.ts';
import { type Scenario } from '#simulation/scenario.ts';
import { scenarios } from '#simulation/scenarios.ts';
import { runSchedule } from '#simulation/schedule.ts';
import { type CrashPlan } from '#simulation/world.ts';

Error.stackTraceLimit = 0;
type Crash = readonly [call: number, when: 'before' | 'after'];

const played = (scenario: Scenario, crashes: CrashPlan) =>
  runSchedule({ ...scenario, cancel: false, faults: [], crashes }, replayedChoices([]));

async function callsOf(scenario: Scenario): Promise<number> {
  let calls = 0;
  await played(scenario, (call) => ((calls = call), undefined));
  return calls;
}

async function survives(scenario: Scenario, crashes: readonly Crash[]): Promise<void> {
  const judge = await judgeOf(scenario);
  const result = await played(scenario, (call) => crashes.find(([at]) => at === call)?.[1]);
  assert.equal(
    judge(result),
    undefined,
    `crash ${crashes.map(([at, when]) => `${when} call ${at}`).join(' and ')}`,
  );
}

describe('a crash at every call', () => {
  for (const scenario of scenarios) {
    it(`of ${scenario.name}, before and after it took effect`, async () => {
      const calls = await callsOf(scenario);
      assert.ok(calls > 10);
      for (let call = 1; call <= calls; call += 1) {
        for (const when of ['before', 'after'] as const) await survives(scenario, [[call, when]]);
      }
    });
  }

  it('of three steps, in pairs', async () => {
    const [chain] = scenarios;
    assert.ok(chain);
    const calls = await callsOf(chain);
    for (let first = 1; first <= calls; first += 1) {
      for (let second = first + 1; second <= calls + 5; second += 1) {
        for (const one of ['before', 'after'] as const) {
          for (const other of ['before', 'after'] as const) {
            await survives(chain, [
              [first, one],
              [second, other],
            ]);
          }
        }
      }
    }
  });
});

describe('a schedule', () => {
  it('is a function of its seed: played again it gives the same account, to the byte', async () => {
    for (const scenario of scenarios) {
      for (let seed = 1; seed <= 20; seed += 1) {
        const [one, two] = [
          await runSchedule({ ...scenario, journal: true }, seededChoices(seed)),
          await runSchedule({ ...scenario, journal: true }, seededChoices(seed)),
        ];
        assert.deepEqual(two.journal, one.journal);
        const again = await runSchedule({ ...scenario, journal: true }, replayedChoices(one.choices));
        assert.deepEqual(again.journal, one.journal, 'and so does the list of its choices');
      }
    }
  });
});
