/** Durations as people write them: `500ms`, `90s`, `5m`, `2h`, `7d`, or ISO 8601 (`PT1H30M`). */

export const longestDurationMs = 366 * 86_400_000;
export const durationPattern =
  '^(?:\\d{1,12}(?:ms|s|m|h|d)|P(?=[\\dT])(?:\\d{1,9}W|(?:\\d{1,9}D)?(?:T(?=\\d)(?:\\d{1,9}H)?(?:\\d{1,9}M)?(?:\\d{1,9}(?:\\.\\d{1,3})?S)?)?))$';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const short = /^(\d{1,12})(ms|s|m|h|d)$/;
const iso =
  /^P(?=[\dT])(?:(\d{1,9})W|(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?)$/;

/** Milliseconds, 0 included; `undefined` for anything that is not a duration of at most 366 days. */
export function parseDuration(text: string): number | undefined {
  const ms = parseShort(text) ?? parseIso(text) ?? Infinity;
  return ms <= longestDurationMs ? ms : undefined;
}

function parseShort(text: string): number | undefined {
  const match = short.exec(text);
  return match === null ? undefined : Number(match[1]) * (units[match[2] ?? ''] ?? NaN);
}

function parseIso(text: string): number | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.round(
    (weeks ?? 0) * 604_800_000 +
      (days ?? 0) * 86_400_000 +
      (hours ?? 0) * 3_600_000 +
      (minutes ?? 0) * 60_000 +
      (seconds ?? 0) * 1000,
  );
}
