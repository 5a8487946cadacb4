/** Survivors of core/run/, by name. */
import { about, type Named } from '../explain.ts';

const wasLookedAt =
  'The state is there, as what was asked before shows; the mark is for the compiler, which cannot know.';

export const run: readonly Named[] = [
  ...about('core/run/absorb.ts', [
    'state?.status',
    'equivalent',
    'Where no step has begun none was opened, so that an attempt from 1 on is never the last opened.',
    'state.status',
  ]),
  ...about(
    'core/run/advance.ts',
    [
      'at < queue.length',
      'equivalent',
      'After the last of the queue stands nothing, and no step has the empty name.',
      'at <= queue.length',
    ],
    [
      'step === undefined',
      'unreachable',
      'All that is in the queue comes from the definition; the types cannot say so.',
      'false',
    ],
    [
      'false',
      'equivalent',
      'Of a step that wants a claim check first: the decision is made again from the start, whatever came of it.',
      'true',
    ],
    [
      "step.join.type === 'atLeast'",
      'equivalent',
      'A join of all has no count, and nothing is at least undefined; the test is for the compiler.',
      'true',
    ],
    ['need?.status', 'equivalent', 'All needs have settled here: each has a state.', 'need.status'],
    [
      "need?.status === 'skipped'",
      'equivalent',
      'Only what was skipped has a reason; the test is for the compiler.',
      'true',
    ],
    [
      "step.join.type !== 'atLeast'",
      'equivalent',
      'A join of all has no rest to cancel either; the test is for the compiler.',
      'false',
    ],
    ['[]', 'equivalent', 'No step waits for one that the definition does not have.'],
    ['state?.status', 'equivalent', wasLookedAt, 'state.status'],
    [
      "draft.run.status === 'finished'",
      'unreachable',
      'Only live runs are moved on, and nothing ends one before this.',
      'false',
    ],
    ["'finished'", 'unreachable', 'As above.'],
    [
      "state.status === 'completed' || state.status === 'failed'",
      'equivalent',
      'No other state has an output; the test is for the compiler.',
      'true',
    ],
  ),
  ...about(
    'core/run/decide.ts',
    ['[]', 'equivalent', 'A text is no step of an agent.'],
    [
      "step?.kind !== 'agent'",
      'equivalent',
      'Attempts are opened for steps of agents alone: of any other none stands. The test is for the compiler.',
      'false',
    ],
    [
      "state?.status !== 'running'",
      'unreachable',
      'An attempt fails only where one runs, as was looked up before; the test is for the compiler.',
      'false',
    ],
    [
      "state?.status !== 'backingOff'",
      'unreachable',
      'A step is sent again only where it backs off, as was looked up before; the test is for the compiler.',
      'false',
    ],
    ['state?.status', 'equivalent', wasLookedAt, 'state.status'],
    [
      'stepDeadlineAt === undefined',
      'equivalent',
      'A deadline that is undefined is none; the types tell it from one that is absent.',
      'false',
    ],
    [
      "input.type !== 'response'",
      'equivalent',
      'Other inputs name no attempt, and what no attempt has is not unanswered; the test is for the compiler.',
      'false',
    ],
    [
      'next === undefined',
      'unreachable',
      'D6: a live run has a deadline, so that a wake finds one; and no other decision arms a bound that is not there.',
      'false',
    ],
    [
      "input.type === 'wake' || input.type === 'start'",
      'speed only',
      'All deadlines may be looked through after every decision: the bound is no later than the old ones, so that only a new one can be before it.',
      'true',
    ],
    [
      'next === Infinity',
      'equivalent',
      'Nothing and Infinity alike are before no bound; neither is ever armed.',
      'false',
    ],
  ),
  ...about(
    'core/run/draft.ts',
    [
      "next.status === 'absent'",
      'unreachable',
      'No event takes a run away; the return type of `evolve` cannot say so.',
      'false',
    ],
    ["'absent'", 'unreachable', 'As above.'],
  ),
  ...about('core/run/evolve.ts', [
    "case 'approval.ignored':",
    'equivalent',
    'The next case does the same with what has a source and an id, and this always has both.',
    "case 'approval.ignored':",
  ]),
  ...about('core/run/spill.ts', [
    'text.length * 3 <= inlineLimitBytes',
    'speed only',
    'Spares counting the bytes of a text that is within the limit whatever its letters; what is told of the size is about right either way.',
  ]),
  ...about(
    'core/run/timeline.ts',
    [
      "''",
      'equivalent',
      'Where an event is of no step and does not end the run nobody asks how long it took.',
    ],
    [
      "'step' in event && event.step !== undefined",
      'equivalent',
      'A step that is undefined is absent: JSON has no such member, and the types allow none.',
    ],
    ['event.step !== undefined', 'equivalent', 'As above.', 'true'],
    ["'attempt' in event && event.attempt !== undefined", 'equivalent', 'As above, the attempt.'],
    ['event.attempt !== undefined', 'equivalent', 'As above.', 'true'],
  ),
];
