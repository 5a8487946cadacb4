/** Whether some process hosts a data folder now. For messages: only the lock itself decides who hosts. */
import { type HostHolder, readHostHolder } from '#adapters/embedded/host-lock.ts';
import { type Config } from '#adapters/config.ts';
import { identityOf } from '#adapters/process-identity.ts';

export function presentHost(config: Config): HostHolder | undefined {
  if (config.backend.type !== 'embedded') return undefined;
  const holder = readHostHolder(config.dataDir);
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

/** A host that was killed leaves its name behind, and its process id may be somebody else's by now. */
function isAlive({ pid, identity }: HostHolder): boolean {
  const found = identityOf(pid);
  return found === undefined ? isHidden(pid) : identity === undefined || identity === found;
}

/** Where nobody sees the processes of others, a signal still tells that there is one. */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** On Kafka it is not known who hosts, and it need not be told: workers are started apart from runs. */
export const isUnhosted = (config: Config): boolean =>
  config.backend.type === 'embedded' && presentHost(config) === undefined;

export const startHostHint = './baton dev works on the runs that wait';
