/**
 * The log lines of whoever hosts a data folder, kept in it: `logs/host.jsonl`, and `host.1.jsonl` before that.
 * LF1. Bounded: a file that is full becomes the older one, and what was that is gone.
 * LF2. Losing lines never costs work: a disk that takes none is said once, and the host goes on.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeDataFolder } from '#adapters/embedded/data-folder.ts';

export interface LogFile {
  readonly write: (line: string) => void;
  /** Writes what is waiting. Nothing may be written afterwards. */
  close(): void;
}

/** Oldest first. */
export const logFiles = (dataDir: string): readonly [older: string, current: string] => [
  join(dataDir, 'logs', 'host.1.jsonl'),
  join(dataDir, 'logs', 'host.jsonl'),
];

const fullBytes = 8 * 1024 * 1024;
const waitingBytes = 64 * 1024;
/** So much of the log is lost at most when the process is killed. */
const delayMs = 100;

/** Opened by its first line. `failed` is told at most once why lines are not kept. */
export function openLogFile(dataDir: string, failed: (reason: string) => void): LogFile {
  const [older, current] = logFiles(dataDir);
  let waiting = '';
  let timer: NodeJS.Timeout | undefined;
  let size: number | undefined;
  let broken = false;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const text = waiting;
    waiting = '';
    if (text === '' || broken) return;
    try {
      size ??= begin(current);
      if (size > fullBytes) {
        renameSync(current, older);
        size = 0;
      }
      appendFileSync(current, text);
      size += Buffer.byteLength(text);
    } catch (error) {
      broken = true;
      failed(error instanceof Error ? error.message : 'unknown reason');
    }
  };
  // `process.exit` waits for no timer.
  process.on('exit', flush);
  return {
    write(line) {
      waiting += `${line}\n`;
      if (waiting.length > waitingBytes) flush();
      else (timer ??= setTimeout(flush, delayMs)).unref();
    },
    close() {
      flush();
      process.off('exit', flush);
    },
  };
}

function begin(path: string): number {
  makeDataFolder(join(path, '..'));
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
