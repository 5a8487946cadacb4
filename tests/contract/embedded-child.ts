/**
 * The other process of the embedded tests: `node embedded-child.ts <what> <folder>`. It prints one line for each thing
 * done, after it is done, and goes on until it is killed (`fill` ends by itself).
 */
import { writeSync } from 'node:fs';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { tryHostLock } from '#adapters/embedded/host-lock.ts';
import { InfrastructureError } from '#core/failure.ts';
import { parseRunId } from '#core/ids.ts';
import { sampleCommit } from './samples.ts';

const [what, folder = '', argument = ''] = process.argv.slice(2);
// Synchronous, so that a line is out before the next thing begins.
const say = (line: string): number => writeSync(1, `${line}\n`);
const clock = { now: () => 1_000 };

switch (what) {
  case 'append':
    await append();
    break;
  case 'write':
    await write();
    break;
  case 'lock':
    hold();
    break;
  case 'fill':
    await fill();
    break;
  default:
    throw new Error(`unknown task ${what}`);
}

/** Appends one record and stays. */
async function append(): Promise<void> {
  const { log } = openEmbedded({ folder, clock });
  await log.publish([{ topic: 'shared', key: 'a', value: Buffer.from('from the child'), headers: [] }]);
  say('appended');
  stay();
}

/** Writes to log and store as fast as it can, and says each version once it is acknowledged. */
async function write(): Promise<void> {
  const { log, store } = openEmbedded({ folder, clock });
  const runId = parseRunId(argument);
  if (runId === undefined) throw new Error(`no run id: ${argument}`);
  for (let version = 1; ; version += 1) {
    await store.commits.insert([sampleCommit(runId, version)]);
    const value = Buffer.from(String(version));
    await log.publish(['a', 'b', 'c'].map((key) => ({ topic: 'shared', key, value, headers: [] })));
    say(String(version));
  }
}

/** Takes the lock and keeps no reference to it. */
function hold(): void {
  const isHeld = tryHostLock(folder) !== undefined;
  say(isHeld ? 'held' : 'refused');
  setTimeout(() => {
    globalThis.gc?.();
    say('collected');
  }, 0);
  stay();
}

/** Appends pairs of big records until the file system refuses; says how many pairs went in, and the error. */
async function fill(): Promise<void> {
  const { log } = openEmbedded({ folder, clock });
  const value = Buffer.alloc(100_000, 'x');
  for (let pairs = 0; ; pairs += 1) {
    try {
      await log.publish(['a', 'b'].map((key) => ({ topic: 'shared', key, value, headers: [] })));
    } catch (error) {
      say(String(pairs));
      say(
        error instanceof InfrastructureError ? error.message : `not an InfrastructureError: ${String(error)}`,
      );
      return;
    }
  }
}

function stay(): void {
  setInterval(() => undefined, 60_000);
}
