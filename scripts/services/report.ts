/** What `status` and `env` print. */
import { ServicesError } from './problem.ts';
import { type Service } from './service.ts';
import { isRunning } from './start.ts';
import { type ServiceName, type State } from './state.ts';

/** One line for each: name, whether it runs, process, since when, its ports. */
export function statusOf(services: readonly Service[], state: State): string {
  const rows = services.map(({ name }) => {
    const started = state[name];
    if (started === undefined) return [name, 'not started'];
    if (!isRunning(started)) return [name, 'ended', `process ${started.pid}`, `log ${started.log}`];
    const ports = Object.entries(started.ports).map(([port, number]) => `${port} ${number}`);
    return [name, 'running', `process ${started.pid}`, `since ${started.startedAt}`, ports.join(', ')];
  });
  return rows
    .map((cells) => `${cells.map((cell, at) => cell.padEnd([8, 12][at] ?? 0)).join('  ')}\n`)
    .join('');
}

/** Lines for `eval`, of the services that run; a service asked for by name must. */
export function envOf(services: readonly Service[], state: State, asked: readonly ServiceName[]): string {
  const running = services.filter(({ name }) => isRunning(state[name]));
  const lacking = asked.filter((name) => !running.some((service) => service.name === name));
  if (running.length === 0 || lacking.length > 0) throw notRunning(lacking);
  const lines = running.flatMap((service) =>
    Object.entries(service.env(state[service.name]?.ports ?? {})).map(
      ([name, value]) => `export ${name}='${value}'\n`,
    ),
  );
  return lines.join('');
}

function notRunning(lacking: readonly ServiceName[]): ServicesError {
  const only = lacking.length === 0 ? '' : ` --only ${lacking.join(',')}`;
  const what = lacking.length === 0 ? 'no service runs' : `${lacking.join(' and ')} does not run`;
  return new ServicesError({
    what: `there are no addresses to print: ${what}`,
    expected: 'services that were started here',
    fix: `\`npm run services -- up${only}\`, then run the command again.`,
  });
}
