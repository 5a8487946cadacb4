/** One thing that `doctor` looked at. */
export interface Finding {
  readonly check: string;
  /** `broken`: something does not work. `warning`: it works, and somebody should know or do something. */
  readonly state: 'ok' | 'warning' | 'broken';
  readonly says: string;
  /** The command, or what else to do. Absent where all is well. */
  readonly mend?: string;
}

export const fine = (check: string, says: string): Finding => ({ check, state: 'ok', says });
export const warning = (check: string, says: string, mend: string): Finding => ({
  check,
  state: 'warning',
  says,
  mend,
});
export const broken = (check: string, says: string, mend: string): Finding => ({
  check,
  state: 'broken',
  says,
  mend,
});
