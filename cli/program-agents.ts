/** `agents …`: look at the agents that workflows can use, and call one. */
import { type Command } from 'commander';
import { collect, describe, type Start } from './command.ts';
// `import type` is erased whole: these lines load nothing.
import type { AgentsOptions } from './commands/agents.ts';
import type { InvokeOptions } from './commands/agents-invoke.ts';
import type { Output } from './output.ts';

export function addAgentCommands(program: Command, output: Output, start: Start): void {
  const agents = describe(program.command('agents'), output, ['agents list', 'agents get app-designer'])
    .summary('look at agents and call one')
    .description('Look at the agents that workflows can use, and call one.');
  describe(agents.command('list'), output, ['agents list', 'agents list --json'])
    .description('List the agents.')
    .option('--json', 'print one JSON array')
    .action((options: AgentsOptions) =>
      start(async (context) => (await import('./commands/agents.ts')).agentsListCommand(context, options)),
    );
  describe(agents.command('get <agent>'), output, [
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
  describe(agents.command('invoke <agent>'), output, [
    'agents invoke app-designer -i idea="A parcel tracking service"',
    'agents invoke kafka-expert -f agents/kafka-expert/fixtures/parcels.input.json',
  ])
    .summary('call an agent once, without a run')
    .description('Call an agent once in this process, without a run, and print its output.')
    .option('-i, --input <name=value>', 'one member of the input; may be repeated', collect)
    .option('-f, --input-file <file>', 'the input as a JSON object; - reads stdin')
    .option('--json', 'print one JSON document with output, failure and usage')
    .action((name: string, options: InvokeOptions) =>
      start(async (context) =>
        (await import('./commands/agents-invoke.ts')).agentsInvokeCommand(context, name, options),
      ),
    );
}
