/** `runs …`: look at runs and steer them. */
import { type Command } from 'commander';
import { describe, type Start } from './command.ts';
// `import type` is erased whole: these lines load nothing.
import type { CancelOptions } from './commands/runs-cancel.ts';
import type { DecideOptions } from './commands/decide.ts';
import type { GetOptions } from './commands/runs-get.ts';
import type { ListOptions } from './commands/runs-list.ts';
import type { RetryOptions } from './commands/runs-retry.ts';
import type { WatchOptions } from './commands/runs-watch.ts';
import type { Output } from './output.ts';

export function addRunCommands(program: Command, output: Output, start: Start): void {
  const runs = describe(program.command('runs'), output, ['runs list', 'runs get @last'])
    .summary('look at runs and steer them')
    .description('Look at runs and steer them. A run is named by its id, the beginning of it, or @last.');
  addReads(runs, output, start);
  addSteering(runs, output, start);
}

function addReads(runs: Command, output: Output, start: Start): void {
  describe(runs.command('list'), output, ['runs list --status failed', 'runs list --limit 5 --json'])
    .description('List runs, newest first.')
    .option('--status <status>', 'running, waiting, completed, failed, cancelled, quarantined or tombstone')
    .option('--workflow <workflow>', 'only runs of this workflow')
    .option('--limit <n>', 'at most so many', '20')
    .option('--json', 'print one JSON array')
    .action((options: ListOptions) =>
      start(async (context) => (await import('./commands/runs-list.ts')).runsListCommand(context, options)),
    );
  describe(runs.command('get <run>'), output, ['runs get @last', 'runs get 01hq --json'])
    .description('Show one run: steps, attempts, failure, outputs and timeline.')
    .option('--json', 'print one JSON document')
    .action((id: string, options: GetOptions) =>
      start(async (context) => (await import('./commands/runs-get.ts')).runsGetCommand(context, id, options)),
    );
  describe(runs.command('watch <run>'), output, ['runs watch @last', 'runs watch 01hq --json'])
    .description('Follow a run to its end and print its result.')
    .option('--json', 'print what happens as JSON lines')
    .action((id: string, options: WatchOptions) =>
      start(async (context) =>
        (await import('./commands/runs-watch.ts')).runsWatchCommand(context, id, options),
      ),
    );
}

/** At the top, as people say it: the run is what they name, the decision is what they do. */
export function addDecisionCommands(program: Command, output: Output, start: Start): void {
  for (const [name, decision] of [
    ['approve', 'approved'],
    ['reject', 'rejected'],
  ] as const)
    describe(program.command(`${name} <run> [step]`), output, [
      `${name} @last`,
      `${name} 01hq go_live --comment "${name === 'approve' ? 'fine' : 'too expensive'}"`,
    ])
      .summary(`${name} what a run waits for`)
      .description(
        `${name === 'approve' ? 'Approve' : 'Reject'} what a run waits for. The step may be left out where one waits. ` +
          'The first decision counts; who decided is recorded.',
      )
      .option('--comment <text>', 'why; kept with the run')
      .option('--by <name>', 'who decides; the user of the operating system unless given')
      .option('--json', 'print one JSON document')
      .action((run: string, step: string | undefined, options: DecideOptions) =>
        start(async (context) =>
          (await import('./commands/decide.ts')).decideCommand(
            context,
            { run, decision, ...(step === undefined ? {} : { step }) },
            options,
          ),
        ),
      );
}

function addSteering(runs: Command, output: Output, start: Start): void {
  describe(runs.command('cancel <run>'), output, [
    'runs cancel @last',
    'runs cancel 01hq --reason "wrong input"',
  ])
    .description('Cancel a run.')
    .option('--reason <text>', 'why; kept with the run')
    .option('--json', 'print one JSON document')
    .action((id: string, options: CancelOptions) =>
      start(async (context) =>
        (await import('./commands/runs-cancel.ts')).runsCancelCommand(context, id, options),
      ),
    );
  describe(runs.command('retry <run>'), output, ['runs retry @last', 'runs retry 01hq --detach --json'])
    .summary('start a new run in place of one that failed')
    .description(
      'Start a new run in place of one that failed or was cancelled: the same workflow version and input; ' +
        'steps that had completed are not done again.',
    )
    .option('--detach', 'start it and do not wait')
    .option('--json', 'print what happens as JSON lines')
    .action((id: string, options: RetryOptions) =>
      start(async (context) =>
        (await import('./commands/runs-retry.ts')).runsRetryCommand(context, id, options),
      ),
    );
}
