/** Whether some process hosts a data folder now. For messages: only the lock itself decides who hosts. */
import { type HostHolder, readHostHolder } from '#adapters/embedded/host-lock.ts';
import { type Config } from '#adapters/config.ts';

export function presentHost(config: Config): HostHolder | undefined {
  const holder = readHostHolder(config.backend.dataDir);
  return holder !== undefined && isAlive(holder.pid) ? holder : undefined;
}

/** A host that was killed leaves its name behind. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export const startHostHint = './baton dev works on the runs that wait';
