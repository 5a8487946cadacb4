/** `--limit`, wherever something is listed. */
import { typed, usageError } from './problem.ts';

const most = 10_000;

/** `of`: what is counted, in the plural. Throws `CliError`. */
export function parseLimit(text: string, of: string): number {
  const limit = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && limit >= 1 && limit <= most) return limit;
  throw usageError('USAGE', `--limit ${typed(text)} is not a number of ${of}`, {
    expected: `1 to ${most}`,
    hint: 'for example --limit 50',
  });
}
