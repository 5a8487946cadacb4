import { InfrastructureError } from '#core/failure.ts';

/** What went wrong, the value given, what was expected and how to fix it, as one line with the code first. */
export interface Refusal {
  readonly code: string;
  readonly what: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

/** The error a real adapter throws for the same call. */
export const refusal = ({ code, what, got, expected, fix }: Refusal): InfrastructureError =>
  new InfrastructureError(`${code}: ${what}. Got: ${got}. Expected: ${expected}. Fix: ${fix}.`);
