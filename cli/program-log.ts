/** What lies in the log: events, dead letters, topics; the log lines of the functions, and the traces of runs. */
import { type Command } from 'commander';
import { describe, type Start } from './command.ts';
// `import type` is erased whole: these lines load nothing.
import type { DlqListOptions } from './commands/dlq-list.ts';
import type { RedriveOptions } from './commands/dlq-redrive.ts';
import type { DlqShowOptions } from './commands/dlq-show.ts';
import type { PublishOptions } from './commands/events-publish.ts';
import type { TailOptions } from './commands/events-tail.ts';
import type { LogsOptions } from './commands/logs.ts';
import type { TopicsOptions } from './commands/topics.ts';
import type { TraceOptions } from './commands/trace.ts';
import type { Output } from './output.ts';

export function addLogCommands(program: Command, output: Output, start: Start): void {
  addEventCommands(program, output, start);
  addDeadLetterCommands(program, output, start);
  addTopicCommands(program, output, start);
  addLogsCommand(program, output, start);
  addTraceCommand(program, output, start);
}

function addEventCommands(program: Command, output: Output, start: Start): void {
  const events = describe(program.command('events'), output, [
    'events publish examples/request.json',
    'events tail --topic output',
  ])
    .summary('send events to the log and read them')
    .description('Send CloudEvents to the log and read them from it.');
  describe(events.command('publish <file>'), output, [
    'events publish examples/request.json',
    'events publish - < events.jsonl',
  ])
    .summary('check and send events from a file')
    .description(
      'Check and send CloudEvents from a JSON file: one event, a list, or one per line; - reads stdin.',
    )
    .option('--json', 'print one JSON line per event sent')
    .action((file: string, options: PublishOptions) =>
      start(async (context) =>
        (await import('./commands/events-publish.ts')).publishCommand(context, file, options),
      ),
    );
  describe(events.command('tail'), output, [
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

function addDeadLetterCommands(program: Command, output: Output, start: Start): void {
  const dlq = describe(program.command('dlq'), output, ['dlq list', 'dlq redrive 3/17'])
    .summary('look at dead letters and send them again')
    .description(
      'Dead letters are records that could not be handled. One is named by its place on the topic (3/17) or @last.',
    );
  describe(dlq.command('list'), output, ['dlq list', 'dlq list --code ENGINE_BUG --json'])
    .description('List dead letters, newest first.')
    .option('--code <code>', 'only those refused with this code')
    .option('--run <run>', 'only those of this run')
    .option('--open', 'only those not sent again yet')
    .option('--limit <n>', 'at most so many', '20')
    .option('--json', 'print one JSON array')
    .action((options: DlqListOptions) =>
      start(async (context) => (await import('./commands/dlq-list.ts')).dlqListCommand(context, options)),
    );
  describe(dlq.command('show <letter>'), output, ['dlq show @last', 'dlq show 3/17 --json'])
    .description('Show one dead letter: why it was refused, where it came from and what it holds.')
    .option('--json', 'print one JSON document')
    .action((letter: string, options: DlqShowOptions) =>
      start(async (context) =>
        (await import('./commands/dlq-show.ts')).dlqShowCommand(context, letter, options),
      ),
    );
  describe(dlq.command('redrive [letters...]'), output, [
    'dlq redrive 3/17',
    'dlq redrive --code RUN_QUARANTINED --run 01hq',
  ])
    .summary('Send dead letters to their topics again.')
    .description(
      'Send the original records to their original topics again, each once unless --again is given.',
    )
    .option('--all', 'every dead letter')
    .option('--code <code>', 'those refused with this code')
    .option('--run <run>', 'those of this run')
    .option('--again', 'also those that were sent again before')
    .option('--json', 'print one JSON document')
    .action((letters: string[], options: RedriveOptions) =>
      start(async (context) =>
        (await import('./commands/dlq-redrive.ts')).dlqRedriveCommand(context, letters, options),
      ),
    );
}

function addTopicCommands(program: Command, output: Output, start: Start): void {
  const topics = describe(program.command('topics'), output, ['topics list', 'topics create'])
    .summary('look after the topics of the log')
    .description('Look after the topics of the log.');
  describe(topics.command('list'), output, ['topics list', 'topics list --json'])
    .description('List the topics there are, and those that are missing.')
    .option('--json', 'print one JSON array')
    .action((options: TopicsOptions) =>
      start(async (context) => (await import('./commands/topics.ts')).topicsListCommand(context, options)),
    );
  describe(topics.command('create'), output, ['topics create', 'topics create --json'])
    .description('Create the topics that are missing; change nothing else.')
    .option('--json', 'print one JSON array')
    .action((options: TopicsOptions) =>
      start(async (context) => (await import('./commands/topics.ts')).topicsCreateCommand(context, options)),
    );
}

function addLogsCommand(program: Command, output: Output, start: Start): void {
  describe(program.command('logs'), output, [
    'logs --follow',
    'logs --function agent-kafka-expert --run @last',
  ])
    .summary('show the log lines of all functions')
    .description('Show the log lines of all functions, of the host that runs and of those before it.')
    .option('--follow', 'go on with the lines to come')
    .option('--function <function>', 'only this function; its agent or kind will do')
    .option('--run <run>', 'only lines about this run')
    .option(
      '--since <duration>',
      'of a deployment (--aws): not older than this; 1h, or the run, unless given',
    )
    .option('--level <level>', 'debug, info, warn or error: nothing less', 'debug')
    .option('--limit <n>', 'begin with the last n lines', '200')
    .option('--json', 'print each line as JSON')
    .action((options: LogsOptions) =>
      start(async (context) => (await import('./commands/logs.ts')).logsCommand(context, options)),
    );
}

function addTraceCommand(program: Command, output: Output, start: Start): void {
  describe(program.command('trace <run>'), output, ['trace @last', 'trace 01hq --json'])
    .summary('show where the time of a run went')
    .description(
      'Show the spans of a run as a tree, from Jaeger; from the history of the run where no traces are kept.',
    )
    .option('--json', 'print one JSON document')
    .action((run: string, options: TraceOptions) =>
      start(async (context) => (await import('./commands/trace.ts')).traceCommand(context, run, options)),
    );
}
