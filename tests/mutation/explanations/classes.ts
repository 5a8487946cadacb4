/** Why mutants of a kind survive, wherever they stand. The first class that holds a survivor has it. */
import { type SurvivorClass } from '../explain.ts';

export const classes: readonly SurvivorClass[] = [
  {
    title: 'Branches that the types rule out',
    kind: 'unreachable',
    reason:
      'A `default` that ends in `assertNever` is there for the compiler: a new member of the union does not compile until it is handled. No value of the type reaches it.',
    holds: ({ code, isUnreached }) => isUnreached && code.includes('assertNever('),
  },
  {
    title: 'Defaults that only the compiler asks for',
    kind: 'unreachable',
    reason:
      'What stands after `??`, or as the default of a destructured part, for an index or a group that is always there: the types (`noUncheckedIndexedAccess`) cannot know. No test reaches it, because nothing does.',
    holds: ({ before, isUnreached }) => isUnreached && /(\?\?|=)$/.test(before),
  },
  {
    title: 'A block that returns nothing',
    kind: 'equivalent',
    reason: 'A function that ends without `return undefined` gives the same.',
    holds: ({ code, becomes }) =>
      (code === '{ return undefined; }' && becomes === '{}') ||
      (code === 'default: return undefined;' && becomes === 'default:'),
  },
  {
    title: 'Marks of what may be absent, for the compiler',
    kind: 'unreachable',
    reason:
      'A `?.` after the look-up of a key that was taken from the same table, or of a pattern that fits always: the types cannot know.',
    holds: ({ mutator, code }) =>
      mutator === 'OptionalChaining' && /^words\[name\]\?\.|\.exec\(rest\)\?\./.test(code),
  },
];
