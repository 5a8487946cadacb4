/** The commands around a workflow: run it, host it, check it, draw it, play it through. */
import { type Command } from 'commander';
import { collect, describe, type Start } from './command.ts';
// `import type` is erased whole: these lines load nothing.
import type { PlanOptions } from './commands/plan.ts';
import type { RunOptions } from './commands/run.ts';
import type { SimulateOptions } from './commands/simulate.ts';
import type { ValidateOptions } from './commands/validate.ts';
import type { WorkerOptions } from './commands/worker.ts';
import type { RegisterOptions, WorkflowsOptions } from './commands/workflows.ts';
import type { Output } from './output.ts';

export function addWorkflowCommands(program: Command, output: Output, start: Start): void {
  addWorkCommands(program, output, start);
  addFileCommands(program, output, start);
  addRegisterCommands(program, output, start);
  addSimulateCommand(program, output, start);
}

function addWorkCommands(program: Command, output: Output, start: Start): void {
  describe(program.command('run <workflow>'), output, [
    'run design-and-provision -i idea="A parcel tracking service"',
    'run workflows/design-and-provision.yaml -f input.json --json',
  ])
    .summary('start a run and follow it to its end')
    .description('Start a run of a workflow (a name in workflows/, or a file) and follow it to its end.')
    .option('-i, --input <name=value>', 'one input; may be repeated', collect)
    .option('-f, --input-file <file>', 'inputs as a JSON object; - reads stdin')
    .option('--watch', 'follow the run to its end, also while it waits for decisions')
    .option('--detach', 'start it and do not wait')
    .option('--json', 'print what happens as JSON lines')
    .action((workflow: string, options: RunOptions) =>
      start(async (context) => (await import('./commands/run.ts')).runCommand(context, workflow, options)),
    );
  describe(program.command('dev'), output, ['dev', 'dev --quiet'])
    .summary('host everything here until interrupted')
    .description('Run everything in this process until interrupted: the log, the agents and the timer.')
    .action(() => start(async (context) => (await import('./commands/dev.ts')).devCommand(context)));
  describe(program.command('worker <functions...>'), output, [
    'worker orchestrator timer',
    'worker http-agent-app-designer --port 8080',
  ])
    .summary('host some functions here, beside other workers')
    .description('Run some functions of the topology in this process, fed by Kafka, until interrupted.')
    .option('--port <port>', 'where the HTTP agent among them listens, on every interface')
    .action((functions: string[], options: WorkerOptions) =>
      start(async (context) =>
        (await import('./commands/worker.ts')).workerCommand(context, functions, options),
      ),
    );
}

function addRegisterCommands(program: Command, output: Output, start: Start): void {
  const workflows = describe(program.command('workflows'), output, [
    'workflows list',
    'workflows register workflows/*.yaml',
  ])
    .summary('register workflows, list and activate them')
    .description(
      'Register workflows in the store, list those that are there, and choose the active version.',
    );
  describe(workflows.command('register <files...>'), output, [
    'workflows register workflows/*.yaml',
    'workflows register new.yaml --no-activate',
  ])
    .description('Check workflow files, store them under their versions and make these the active ones.')
    .option('--no-activate', 'only store them')
    .option('--json', 'print each as a JSON line')
    .action((files: string[], options: RegisterOptions) =>
      start(async (context) =>
        (await import('./commands/workflows.ts')).workflowsRegisterCommand(context, files, options),
      ),
    );
  describe(workflows.command('list'), output, ['workflows list', 'workflows list --json'])
    .description('List every registered version.')
    .option('--json', 'print one JSON array')
    .action((options: WorkflowsOptions) =>
      start(async (context) =>
        (await import('./commands/workflows.ts')).workflowsListCommand(context, options),
      ),
    );
  describe(workflows.command('activate <workflow@version>'), output, [
    'workflows activate design-and-provision@1.0.0',
    'workflows activate design-and-provision@1.0.0 --json',
  ])
    .description('Make a registered version the active one. Runs that began keep theirs.')
    .option('--json', 'print one JSON document')
    .action((workflow: string, options: WorkflowsOptions) =>
      start(async (context) =>
        (await import('./commands/workflows.ts')).workflowsActivateCommand(context, workflow, options),
      ),
    );
}

function addFileCommands(program: Command, output: Output, start: Start): void {
  describe(program.command('validate <files...>'), output, [
    'validate workflows/*.yaml',
    'validate workflows/design-and-provision.yaml --json',
  ])
    .summary('check workflow files')
    .description('Check workflow files and show every problem.')
    .option('--json', 'print the problems as one JSON document')
    .option('--format <format>', 'text (unless given), json, github (annotations) or sarif')
    .action((files: string[], options: ValidateOptions) =>
      start(async (context) =>
        (await import('./commands/validate.ts')).validateCommand(context, files, options),
      ),
    );
  describe(program.command('plan <workflow>'), output, [
    'plan workflows/design-and-provision.yaml',
    'plan design-and-provision --mermaid',
  ])
    .summary('show what runs after what')
    .description('Show the order in which the steps of a workflow (a name in workflows/, or a file) run.')
    .option('--mermaid', 'print a Mermaid flowchart')
    .option('--json', 'print levels and edges as JSON')
    .action((workflow: string, options: PlanOptions) =>
      start(async (context) => (await import('./commands/plan.ts')).planCommand(context, workflow, options)),
    );
}

function addSimulateCommand(program: Command, output: Output, start: Start): void {
  describe(program.command('simulate <workflow>'), output, [
    'simulate design-and-provision --seeds 500',
    'simulate workflows/design-and-provision.yaml --faults ackLost,redeliver --seed 7',
  ])
    .summary('play a workflow through hostile histories')
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
