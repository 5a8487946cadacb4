/** Bytes → text: UTF-8 only, at most 1 MiB, no control characters. */
import { type Report } from './report.ts';

export const maxSourceBytes = 1024 * 1024;

/** The text without byte order mark; `undefined` after a problem was reported. */
export function decodeText(source: string | Uint8Array, report: Report): string | undefined {
  if (source.length > maxSourceBytes) {
    report.add('WF_TOO_LARGE', start, `the file has ${source.length} bytes`, {
      expected: `at most ${maxSourceBytes} bytes (1 MiB)`,
      hint: 'split the workflow, or pass large data as input',
    });
    return undefined;
  }
  const text = typeof source === 'string' ? source.replace(/^\uFEFF/, '') : decodeBytes(source, report);
  if (text === undefined) return undefined;
  // Tab, line feed and carriage return are the only control characters a text file needs.
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.exec(text);
  if (control === null && text.isWellFormed()) return text;
  const where = control === null ? 'an unpaired surrogate' : `control character ${hex(control[0])}`;
  refuse(report, `${where} at offset ${control?.index ?? text.search(/\p{Surrogate}/u)}`);
  return undefined;
}

const start = { at: { line: 1, column: 1 }, path: '' };

const refuse = (report: Report, what: string): void =>
  report.add('WF_ENCODING', start, `not a text file: ${what}`, {
    expected: 'UTF-8 text',
    hint: 'save the file as UTF-8 without control characters',
  });

const hex = (sign: string): string => `U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

function decodeBytes(bytes: Uint8Array, report: Report): string | undefined {
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text;
  // The first bad byte: the longest prefix that decodes, by halving.
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodeUtf8(bytes.subarray(0, middle), true) !== undefined) good = middle;
    else bad = middle;
  }
  refuse(report, `invalid UTF-8 at byte offset ${good}`);
  return undefined;
}

/** `open`: a character cut off at the end is forgiven. */
function decodeUtf8(bytes: Uint8Array, open = false): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: open });
  } catch {
    return undefined;
  }
}
