/** The commands, their options and their help. Each action loads its module only when it is called. */
import { Command } from 'commander';
// `import type` is erased whole: these lines load nothing.
import type { AgentsOptions } from './commands/agents.ts';
import type { PublishOptions } from './commands/events-publish.ts';
import type { TailOptions } from './commands/events-tail.ts';
import type { PlanOptions } from './commands/plan.ts';
import type { RecoverOptions } from './commands/recover.ts';
import type { RunOptions } from './commands/run.ts';
import type { CancelOptions } from './commands/runs-cancel.ts';
import type { GetOptions } from './commands/runs-get.ts';
import type { ListOptions } from './commands/runs-list.ts';
import type { WatchOptions } from './commands/runs-watch.ts';
import type { SimulateOptions } from './commands/simulate.ts';
import type { ValidateOptions } from './commands/validate.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import { readVersion } from './version.ts';

/** Runs one command's work with the context, and keeps its exit code. */
export type Start = (work: (context: Context) => Promise<ExitCode>) => Promise<void>;

type Examples = readonly [string, string];

export function buildProgram(output: Output, start: Start): Command {
  const program = new Command('./baton');
  program
    .description('Event-driven orchestration for AI agents.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .option('--quiet', 'no notes on stderr, only results and errors')
    .option('--no-input', 'never ask a question')
    .configureOutput({
      writeOut: (text) => output.data(text.replace(/\n$/, '')),
      writeErr: (text) => output.problem(text.replace(/\n$/, '')),
      outputError: (text, write) => write(text.replace(/^error: /, 'error[USAGE]: ')),
    })
    .exitOverride();
  describe(program, '', ['run design-and-provision', 'validate workflows/*.yaml']);
  addWorkCommands(program, start);
  addFileCommands(program, start);
  addSimulateCommand(program, start);
  addRunCommands(program, start);
  addEventCommands(program, start);
  addAgentCommands(program, start);
  addUpkeepCommands(program, start);
  return program;
}

function addWorkCommands(program: Command, start: Start): void {
  describe(program.command('run <workflow>'), 'run', [
    'run design-and-provision -i idea="A parcel tracking service"',
    'run workflows/design-and-provision.yaml -f input.json --json',
  ])
    .description('Start a run of a workflow (a name in workflows/, or a file) and follow it to its end.')
    .option('-i, --input <name=value>', 'one input; may be repeated', collect)
    .option('-f, --input-file <file>', 'inputs as a JSON object; - reads stdin')
    .option('--watch', 'follow the run (this is what happens anyway)')
    .option('--detach', 'start it and do not wait')
    .option('--json', 'print what happens as JSON lines')
    .action((workflow: string, options: RunOptions) =>
      start(async (context) => (await import('./commands/run.ts')).runCommand(context, workflow, options)),
    );
  describe(program.command('dev'), 'dev', ['dev', 'dev --quiet'])
    .description('Run everything in this process until interrupted: the log, the agents and the timer.')
    .action(() => start(async (context) => (await import('./commands/dev.ts')).devCommand(context)));
}

function addFileCommands(program: Command, start: Start): void {
  describe(program.command('validate <files...>'), 'validate', [
    'validate workflows/*.yaml',
    'validate workflows/design-and-provision.yaml --json',
  ])
    .description('Check workflow files and show every problem.')
    .option('--json', 'print the problems as one JSON document')
    .action((files: string[], options: ValidateOptions) =>
      start(async (context) =>
        (await import('./commands/validate.ts')).validateCommand(context, files, options),
      ),
    );
  describe(program.command('plan <file>'), 'plan', [
    'plan workflows/design-and-provision.yaml',
    'plan workflows/design-and-provision.yaml --mermaid',
  ])
    .description('Show the order in which the steps of a workflow run.')
    .option('--mermaid', 'print a Mermaid flowchart')
    .option('--json', 'print levels and edges as JSON')
    .action((file: string, options: PlanOptions) =>
      start(async (context) => (await import('./commands/plan.ts')).planCommand(context, file, options)),
    );
}

function addSimulateCommand(program: Command, start: Start): void {
  describe(program.command('simulate <workflow>'), 'simulate', [
    'simulate design-and-provision --seeds 500',
    'simulate workflows/design-and-provision.yaml --faults ackLost,redeliver --seed 7',
  ])
    .description('Play a workflow through hostile histories and look for one that breaks a promise.')
    .option('-i, --input <name=value>', 'one input; may be repeated', collect)
    .option('-f, --input-file <file>', 'inputs as a JSON object; - reads stdin')
    .option('--seeds <n>', 'play the seeds 1 to n (2000 unless given)')
    .option('--seed <k>', 'play this one history and print its account')
    .option('--faults <names>', 'only these faults, with commas between them; none: no faults')
    .option('--json', 'print one JSON document')
    .action((workflow: string, options: SimulateOptions) =>
      start(async (context) =>
        (await import('./commands/simulate.ts')).simulateCommand(context, workflow, options),
      ),
    );
}

function addRunCommands(program: Command, start: Start): void {
  const runs = describe(program.command('runs'), 'runs', ['runs list', 'runs get @last']).description(
    'Look at runs and steer them. A run is named by its id, the beginning of it, or @last.',
  );
  describe(runs.command('list'), 'runs list', ['runs list --status failed', 'runs list --limit 5 --json'])
    .description('List runs, newest first.')
    .option('--status <status>', 'running, completed, failed, cancelled or quarantined')
    .option('--workflow <name>', 'only runs of this workflow')
    .option('--limit <n>', 'at most so many', '20')
    .option('--json', 'print one JSON array')
    .action((options: ListOptions) =>
      start(async (context) => (await import('./commands/runs-list.ts')).runsListCommand(context, options)),
    );
  describe(runs.command('get <id>'), 'runs get', ['runs get @last', 'runs get 01hq --json'])
    .description('Show one run: steps, attempts, failure, outputs and timeline.')
    .option('--json', 'print one JSON document')
    .action((id: string, options: GetOptions) =>
      start(async (context) => (await import('./commands/runs-get.ts')).runsGetCommand(context, id, options)),
    );
  describe(runs.command('watch <id>'), 'runs watch', ['runs watch @last', 'runs watch 01hq --json'])
    .description('Follow a run to its end and print its result.')
    .option('--json', 'print what happens as JSON lines')
    .action((id: string, options: WatchOptions) =>
      start(async (context) =>
        (await import('./commands/runs-watch.ts')).runsWatchCommand(context, id, options),
      ),
    );
  describe(runs.command('cancel <id>'), 'runs cancel', [
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
}

function addUpkeepCommands(program: Command, start: Start): void {
  describe(program.command('recover [run]'), 'recover', ['recover', 'recover 01hq'])
    .description('Send again what the log lost; release a quarantined run that is named.')
    .option('--json', 'print one JSON document')
    .action((id: string | undefined, options: RecoverOptions) =>
      start(async (context) => (await import('./commands/recover.ts')).recoverCommand(context, id, options)),
    );
  const topics = describe(program.command('topics'), 'topics', [
    'topics create',
    'topics create --help',
  ]).description('Look after the topics of the log.');
  describe(topics.command('create'), 'topics create', ['topics create', 'events tail --topic output'])
    .description('Create the topics that are missing; change nothing else.')
    .action(() =>
      start(async (context) => (await import('./commands/topics-create.ts')).topicsCreateCommand(context)),
    );
}

function addEventCommands(program: Command, start: Start): void {
  const events = describe(program.command('events'), 'events', [
    'events publish examples/request.json',
    'events tail --topic output',
  ]).description('Send CloudEvents to the log and read them from it.');
  describe(events.command('publish <file>'), 'events publish', [
    'events publish examples/request.json',
    'events publish - < events.jsonl',
  ])
    .description(
      'Check and send CloudEvents from a JSON file: one event, a list, or one per line; - reads stdin.',
    )
    .option('--json', 'print one JSON line per event sent')
    .action((file: string, options: PublishOptions) =>
      start(async (context) =>
        (await import('./commands/events-publish.ts')).publishCommand(context, file, options),
      ),
    );
  describe(events.command('tail'), 'events tail', [
    'events tail --topic output --from-beginning',
    'events tail --topic workflow.step.response --no-follow --json',
  ])
    .description('Print the events of a topic, a line each.')
    .requiredOption(
      '--topic <topic>',
      "a topic, or short: request, command, response, output, dlq or an agent's name",
    )
    .option('--from-beginning', 'begin with the oldest event')
    .option('--no-follow', 'print what is there and end')
    .option('--json', 'print each event as JSON')
    .action((options: TailOptions) =>
      start(async (context) => (await import('./commands/events-tail.ts')).tailCommand(context, options)),
    );
}

function addAgentCommands(program: Command, start: Start): void {
  const agents = describe(program.command('agents'), 'agents', [
    'agents list',
    'agents get app-designer',
  ]).description('Look at the agents that workflows can use.');
  describe(agents.command('list'), 'agents list', ['agents list', 'agents list --json'])
    .description('List the agents.')
    .option('--json', 'print one JSON array')
    .action((options: AgentsOptions) =>
      start(async (context) => (await import('./commands/agents.ts')).agentsListCommand(context, options)),
    );
  describe(agents.command('get <name>'), 'agents get', [
    'agents get app-designer',
    'agents get kafka-expert --json',
  ])
    .description('Show one agent: its manifest and the JSON Schemas of its input and output.')
    .option('--json', 'print one JSON document')
    .action((name: string, options: AgentsOptions) =>
      start(async (context) =>
        (await import('./commands/agents.ts')).agentsGetCommand(context, name, options),
      ),
    );
}

/** Two examples first, and after a mistake the way to them. */
function describe(command: Command, path: string, examples: Examples): Command {
  const shown = examples.map((example) => `  $ ./baton ${example}`).join('\n');
  command.addHelpText('before', `Examples:\n${shown}\n`);
  command.showHelpAfterError(
    `help: ./baton ${path === '' ? '' : `${path} `}--help shows what it takes, with examples`,
  );
  return command;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
