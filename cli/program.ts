/** The commands, their options and their help. Each action loads its module only when it is called. */
import { Command } from 'commander';
import { describe, type Start } from './command.ts';
import { addAgentCommands } from './program-agents.ts';
import { addLogCommands } from './program-log.ts';
import { addDecisionCommands, addRunCommands } from './program-runs.ts';
import { addUpkeepCommands } from './program-upkeep.ts';
import { addWorkflowCommands } from './program-workflows.ts';
import type { Output } from './output.ts';
import { readVersion } from './version.ts';

export function buildProgram(output: Output, start: Start): Command {
  const program = new Command('./baton');
  program
    .description('Event-driven orchestration for AI agents.')
    .version(readVersion(), '--version', 'print the version')
    .helpCommand('help [command]', 'show help for a command')
    .option(
      '--quiet',
      'no notes on stderr: only results, errors, and what must be known of a result (that the scripted model gave it)',
    )
    .option('--no-input', 'never ask a question')
    .option('--aws [profile]', 'work on Baton as it is deployed to AWS: dev unless given (BATON_AWS_STACK)')
    .exitOverride();
  describe(program, output, ['run design-and-provision', 'validate workflows/*.yaml']);
  addWorkflowCommands(program, output, start);
  addRunCommands(program, output, start);
  addDecisionCommands(program, output, start);
  addLogCommands(program, output, start);
  addAgentCommands(program, output, start);
  addUpkeepCommands(program, output, start);
  return program;
}
