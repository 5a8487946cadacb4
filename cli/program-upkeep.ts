/** What keeps an installation in order: recover, doctor, completion. */
import { type Command } from 'commander';
import { describe, type Start } from './command.ts';
// `import type` is erased whole: these lines load nothing.
import type { DoctorOptions } from './commands/doctor.ts';
import type { RecoverOptions } from './commands/recover.ts';
import type { SetupOptions } from './commands/setup.ts';
import type { Output } from './output.ts';

export function addUpkeepCommands(program: Command, output: Output, start: Start): void {
  describe(program.command('setup'), output, ['setup', 'setup --json'])
    .summary('create topics and indexes, register workflows')
    .description('Create the topics and indexes that are missing, and register the workflows in workflows/.')
    .option('--json', 'print one JSON document')
    .action((options: SetupOptions) =>
      start(async (context) => (await import('./commands/setup.ts')).setupCommand(context, options)),
    );
  describe(program.command('recover [run]'), output, ['recover', 'recover 01hq'])
    .summary('send again what the log lost')
    .description('Send again what the log lost; release a quarantined run that is named.')
    .option('--json', 'print one JSON document')
    .action((id: string | undefined, options: RecoverOptions) =>
      start(async (context) => (await import('./commands/recover.ts')).recoverCommand(context, id, options)),
    );
  describe(program.command('doctor'), output, ['doctor', 'doctor --json'])
    .summary('say what is missing and how to mend it')
    .description(
      'Check this installation and its data folder, and say for everything that is missing which command mends it.',
    )
    .option('--json', 'print one JSON document')
    .action((options: DoctorOptions) =>
      start(async (context) => (await import('./commands/doctor.ts')).doctorCommand(context, options)),
    );
  describe(program.command('completion <shell>'), output, ['completion bash', 'completion fish | source'])
    .summary('print a completion script')
    .description('Print a script that completes commands, options, workflows and runs: bash, zsh or fish.')
    .action((shell: string) =>
      start(async (context) => (await import('./commands/completion.ts')).completionCommand(context, shell)),
    );
  describe(program.command('complete [words...]', { hidden: true }), output, [
    'complete -- runs get ""',
    'complete -- run ""',
  ])
    .description('Print what may stand in place of the last word; completion scripts ask it.')
    .action((words: string[]) =>
      start(async (context) =>
        (await import('./commands/complete.ts')).completeCommand(context, program, words),
      ),
    );
}
