/**
 * Kafka, MongoDB and Jaeger on this machine without containers: `npm run services -- up|down|status|env`.
 * stdout is data (`status`, and `env` for `eval`); progress and errors go to stderr. Exit: 0 done; 1 `status` found one
 * that does not run; 2 the command line; 4 this machine lacks something.
 */
import { join } from 'node:path';
import { readCommandLine } from './services/command-line.ts';
import { jaeger } from './services/jaeger.ts';
import { kafka } from './services/kafka.ts';
import { alone } from './services/lock.ts';
import { mongo } from './services/mongo.ts';
import { ServicesError } from './services/problem.ts';
import { envOf, statusOf } from './services/report.ts';
import { isRunning, startServices } from './services/start.ts';
import { readState } from './services/state.ts';
import { stopService } from './services/stop.ts';

const folder = join(import.meta.dirname, '..', '.cache', 'services');
const stateFile = join(folder, 'state.json');
const say = (line: string): void => void process.stderr.write(`services: ${line}\n`);
/** A first start on a busy machine takes Kafka half a minute. */
const readyWithinMs = 120_000;

try {
  process.exitCode = await perform(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof ServicesError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exit;
}

async function perform(args: readonly string[]): Promise<number> {
  const { verb, only, keep } = readCommandLine(args);
  const services = [kafka, mongo, jaeger].filter(({ name }) => only.length === 0 || only.includes(name));
  switch (verb) {
    case 'up':
      await alone(folder, say, () =>
        startServices(services, { folder, home: folder, stateFile, say, keep, readyWithinMs }),
      );
      return 0;
    case 'down':
      await alone(folder, say, async () => {
        for (const { name } of services) await stopService(name, { stateFile, say });
      });
      return 0;
    case 'status':
      process.stdout.write(statusOf(services, readState(stateFile)));
      return services.every(({ name }) => isRunning(readState(stateFile)[name])) ? 0 : 1;
    case 'env':
      process.stdout.write(envOf(services, readState(stateFile), only));
      return 0;
  }
}
