/** What a check finds: the place, and an error in four parts. */
export interface Problem {
  /** Construct path. */
  readonly at: string;
  readonly what: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

export const problemText = ({ at, what, got, expected, fix }: Problem): string =>
  `${at}: ${what}: got ${got}, expected ${expected}. ${fix}`;
