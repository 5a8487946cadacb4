/** Errors of what is outside, in four parts and one line; the command line and dead letters take them apart again. */
import { InfrastructureError } from './failure.ts';

/** What went wrong, the value given, what was expected and how to fix it. */
export interface Refusal {
  readonly code: string;
  readonly what: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

/** `CODE: what. Got: … Expected: … Fix: ….` */
export const refusal = ({ code, what, got, expected, fix }: Refusal, cause?: unknown): InfrastructureError =>
  new InfrastructureError(
    `${code}: ${what}. Got: ${got}. Expected: ${expected}. Fix: ${fix}.`,
    cause === undefined ? undefined : { cause },
  );
