/**
 * Tells a process from a later one with the same id, so that nobody ends, or takes for a host, somebody else's: a
 * process id is used again, a process id together with the moment its process began is not.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Nothing where no such process runs; a process that ended and was not yet collected by its parent has ended. */
export function identityOf(pid: number): string | undefined {
  return existsSync('/proc/self/stat') ? fromProc(pid) : fromPs(pid);
}

/** The kernel counts a process's start in ticks since boot, so the boot belongs to it. */
function fromProc(pid: number): string | undefined {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in brackets and may hold anything, brackets and blanks included.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const started = fields[18];
  if (started === undefined || state === 'Z' || state === 'X') return undefined;
  return `${(readOrNothing('/proc/sys/kernel/random/boot_id') ?? '').trim()}:${started}`;
}

/** Where there is no /proc, as on macOS: to the second. */
export function fromPs(pid: number): string | undefined {
  const { stdout, status } = spawnSync('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', TZ: 'UTC' },
  });
  const [, state = '', started] = /^\s*(\S+)\s+(.*\S)\s*$/m.exec(stdout) ?? [];
  return status !== 0 || started === undefined || state.startsWith('Z') ? undefined : `ps:${started}`;
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // Ended between two looks.
  }
}
