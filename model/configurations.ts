/** What is searched: configurations that must hold, and mutants of the protocol that must not. */
export interface Check {
  readonly name: string;
  /** For the C preprocessor; the meaning of each stands in `commits.pml`. */
  readonly defines: Readonly<Record<string, number>>;
  /** Searches for cycles (P8) instead of ends at which something is left. */
  readonly cycles?: boolean;
  /** The property that must be violated; absent where all must hold. */
  readonly breaks?: Property;
}

export type Property = keyof typeof violations;

/** How pan words the violation of each property: the text of its assertion, as spin prints expressions. */
export const violations = {
  P1: /\(n\[r\]\.ver<=head\[r\]\.ver\)|\(v<=head\[r\]\.ver\)/,
  P2: /\(n\[\w+\]\.ver==\(head\[\w+\]\.ver\+1\)\)/,
  P3: /stored\[.*sent(?:Task|Out)\[.*>0\)/,
  P4: /sent(?:Task|Out)\[.*<=\(\(1\+/,
  P5: /!\(stale\)/,
  P6: /assertion violated 0 /,
  P7: /\(head\[\d\]\.st>=2\)|\(sentOut\[\d\]>=1\)|\(row\[\d\]\.st==2\)|\(log\[/,
  P8: /non-progress cycle/,
  P9: /\(head\[\w+\]\.st<2\)\|\|/,
} as const;

const commits = { CANCEL: 1, FAULTS: 2, COPIES: 1 };
/** Counts are left out where wakes are: P4 is checked without timers. */
const timers = { WAKES: 4, LAST: 3, FAULTS: 1, COPIES: 0, COUNT: 0 };
const further = { WIDE: 1, WAKES: 4, LAST: 1, FAULTS: 2, COPIES: 0, COUNT: 0 };
const twoRuns = { RUNS: 2, BATCH: 2, STEPS: 1, CANCEL: 1, FAULTS: 1, COPIES: 0 };

/** The longest first: two searches go on at a time. */
export const configurations: readonly Check[] = [
  { name: 'further-commits', defines: further },
  { name: 'timers-cycles', defines: { ...timers, LAST: 2 }, cycles: true },
  { name: 'timers', defines: timers },
  { name: 'commits', defines: commits },
  { name: 'commits-cycles', defines: { ...commits, FAULTS: 1 }, cycles: true },
  { name: 'one-cache', defines: { ...commits, SHARED: 1 } },
  { name: 'two-runs', defines: twoRuns },
  { name: 'two-records', defines: { ...commits, BATCH: 2, FAULTS: 1 } },
];

const mutant = (change: string, breaks: Property, defines: Check['defines']): Check => ({
  name: change.toLowerCase().replaceAll('_', '-'),
  defines: { ...defines, [`MUT_${change}`]: 1 },
  breaks,
});

/** At least one for each property, so that none of them holds only because nothing could break it. */
export const mutants: readonly Check[] = [
  mutant('REARM_ALWAYS', 'P6', timers),
  mutant('NO_ARM', 'P6', timers),
  mutant('WAKE_FORGETS_FURTHER', 'P7', further),
  // The wake alone heals what redelivery then does not: this one is broken twice.
  mutant('CONTINUE_WITHOUT_CAUSE', 'P7', { ...further, FAULTS: 1, MUT_WAKE_FORGETS_FURTHER: 1 }),
  mutant('PUBLISHED_PAST_GAP', 'P3', { ...further, FAULTS: 1 }),
  mutant('DECIDE_WAKE', 'P3', timers),
  mutant('PUBLISH_FIRST', 'P1', commits),
  mutant('OVERWRITE', 'P2', commits),
  mutant('CACHE_EARLY', 'P2', commits),
  mutant('TRUST_CACHE', 'P3', commits),
  mutant('NO_RESEND', 'P3', commits),
  mutant('ANY_COPY', 'P4', commits),
  mutant('STALE_FROM_CACHE', 'P5', commits),
  mutant('CANCEL_ENDED', 'P9', commits),
  { ...mutant('LOST_KEEPS_STATE', 'P8', { ...commits, FAULTS: 1 }), cycles: true },
];
