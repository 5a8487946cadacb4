/** Reads what a person named on the command line; what cannot be read is a problem with its reason, never a stack. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { nearest } from '#core/workflow/nearest.ts';
import { configurationError, type CliError, typed, usageError } from './problem.ts';

/** The bytes of a file; of stdin for `-`. Throws `CliError`. */
export function readFile(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path === '-' ? 0 : path));
  } catch (error) {
    throw unreadable(path, codeOf(error));
  }
}

/** As `readFile`, as text in UTF-8. */
export function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFile(path));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usageError('FILE_ENCODING', `${typed(path)} is not text in UTF-8`, {
      expected: 'UTF-8, without other bytes',
      hint: 'save the file as UTF-8 and try again',
    });
  }
}

/** A JSON document. Throws `CliError` with the parser's own words on what is wrong. */
export function readJson(path: string): unknown {
  return parseJson(readText(path), path === '-' ? 'stdin' : typed(path));
}

export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/\s+/g, ' ').slice(0, 160) : 'unreadable';
    throw usageError('JSON_SYNTAX', `${where} is not valid JSON: ${why}`, {
      expected: 'one JSON document',
      hint: 'mend the JSON and try again',
    });
  }
}

/** The workflow files in a folder, sorted by name; none where there is no such folder. */
export function workflowFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(?:ya?ml|json)$/.test(name) && !name.endsWith('.history.json'))
      .sort();
  } catch {
    return [];
  }
}

function unreadable(path: string, code: string): CliError {
  if (path === '-')
    return usageError('FILE_UNREADABLE', `stdin cannot be read (${code})`, {
      expected: 'text from a pipe',
      hint: 'pipe the text in, or name a file',
    });
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR': {
      const near = nearest(basename(path), siblings(path));
      const hint = near === undefined ? 'check the path' : `did you mean '${near}' in the same folder?`;
      return usageError('FILE_MISSING', `there is no file ${typed(path)}`, {
        expected: 'the path of a file that is there',
        hint,
      });
    }
    case 'EISDIR':
      return usageError('FILE_IS_DIRECTORY', `${typed(path)} is a directory`, {
        expected: 'a file',
        hint: `name the files in it, e.g. ${path.replace(/\/$/, '')}/*.yaml`,
      });
    case 'EACCES':
    case 'EPERM':
      return usageError('FILE_UNREADABLE', `${typed(path)} may not be read`, {
        expected: 'a file that this user may read',
        hint: 'give yourself permission to read it (chmod u+r)',
      });
    default:
      return configurationError('FILE_UNREADABLE', `${typed(path)} cannot be read (${code})`, {
        expected: 'a file on a disk that answers',
        hint: 'check the disk, or copy the file elsewhere',
      });
  }
}

function siblings(path: string): readonly string[] {
  try {
    return readdirSync(dirname(path));
  } catch {
    return [];
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown reason';
