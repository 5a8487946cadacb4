/** What the kernel knows of a process's connections: a frozen one cannot be asked. Linux alone. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** How many connections of the process to a port are whole: neither side has ended them. */
export function established(pid: number, port: number): number {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => inodeOf(`/proc/${pid}/fd/${fd}`)));
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = '', state, , , , , , inode = '']) => {
      const remotePort = Number.parseInt(remote.split(':')[1] ?? '', 16);
      return state === '01' && remotePort === port && own.has(inode);
    }).length;
}

function inodeOf(path: string): string {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1] ?? '';
  } catch {
    return ''; // closed meanwhile
  }
}
