/** What a schema expects, from what it says of a value that does not fit. */

/** Words to stand behind `expected`. The text of the author's own checks says that already; zod's says what is wrong. */
export function expectationOf(said: string): string {
  const keys = /^Unrecognized keys?: ([^]+)/.exec(said)?.[1];
  if (keys !== undefined) return `no key ${keys}`;
  const expected =
    /^(?:Invalid input|Too big|Too small): expected ([^]+?)(?:, received [^,]+)?$/.exec(said)?.[1] ??
    /^Invalid option: expected ([^]+)/.exec(said)?.[1];
  if (expected !== undefined) return expected;
  const must = /^Invalid (string|number): must ([^]+)/.exec(said);
  if (must !== null) return `${must[1] === 'string' ? 'text' : 'a number'} that must ${String(must[2])}`;
  const kind = /^Invalid ([^:]+)$/.exec(said)?.[1];
  if (kind === undefined) return said;
  return kind === 'input' ? 'a value that fits' : `a valid ${kind}`;
}
