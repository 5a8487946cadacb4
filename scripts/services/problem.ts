/** What a person is told where a service cannot be had: four parts, and the exit code that goes with them. */

export interface Parts {
  /** What went wrong, with the value given. */
  readonly what: string;
  readonly expected: string;
  /** How to fix it. */
  readonly fix: string;
  /** 2: the command line; 4 (the default): this machine. */
  readonly exit?: 2 | 4;
}

/** Expected trouble: it is printed without a stack trace. */
export class ServicesError extends Error {
  override readonly name = 'ServicesError';
  readonly exit: 2 | 4;
  constructor(parts: Parts) {
    super(`services: ${parts.what}\n  expected: ${parts.expected}\n  to fix:   ${parts.fix}`);
    this.exit = parts.exit ?? 4;
  }
}
