/**
 * Keys and passwords in texts that people or logs will see.
 * R1. What looks like a key is replaced, wherever it came from: files, events, settings, arguments, model answers.
 * R2. Linear in the length of the text, which may be a megabyte of almost-keys: every look-ahead is bounded.
 */

const secrets = [
  /\bsk-(?=[A-Za-z0-9_-]{0,80}\d)[A-Za-z0-9_-]{16,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}/g,
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^"']*/g,
];

/** Shapes that are secrets in a value someone sends, but not reason enough to refuse a workflow file. */
const tokens = [
  /\bsk-[\w-]{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\bgh[pousr]_\w{16,}/g,
  /(?<![\w-])eyJ[\w-]{10,2000}\.[\w-]+/g,
  /-----BEGIN [A-Z ]+/g,
  // The password of a connection string.
  /(?<=\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,80}:)[^\s/@]{1,200}(?=@)/gi,
  // A capability of Baton: `v1.<key id>.<expiry>.<HMAC>`.
  /\bv1\.[a-z0-9]{1,16}\.\d{1,16}\.[\w-]{43}/g,
];

/** For files: is there a literal in it that must not be there? */
export const looksSecret = (text: string): boolean => secrets.some((pattern) => text.search(pattern) >= 0);

/** The text without anything that looks like a key. */
export const redact = (text: string): string => replaceSecrets(text, () => '[redacted]');

/** As `redact`, each key blotted out at equal length, so that columns stay where they are. */
export const blotOut = (text: string): string => replaceSecrets(text, (key) => '*'.repeat(key.length));

const replaceSecrets = (text: string, by: (key: string) => string): string =>
  [...secrets, ...tokens].reduce((clean, pattern) => clean.replace(pattern, by), text);

/** Without line breaks and other control characters: they could rule the terminal of whoever reads it. */
export const onOneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, '·');

const longestEcho = 80;

/** Text as it may stand in a message: without keys, on one line, at most 80 UTF-16 units, no pair of them cut in two. */
export function echoed(text: string): string {
  // Only what can be shown is looked at: the text may be many megabytes long.
  const clean = onOneLine(redact(text.slice(0, 4 * longestEcho)));
  return clean.length <= longestEcho ? clean : `${clean.slice(0, longestEcho - 1).toWellFormed()}…`;
}
