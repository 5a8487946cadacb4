/**
 * The command line: parses arguments, runs one command, and ends with its exit code.
 * M1. Nothing heavy is imported here: every command loads its own module when it is called.
 * M2. No stack trace reaches a person: a bug is one line with code INTERNAL (`BATON_LOG=debug` shows the stack).
 */
import { CommanderError } from 'commander';
import { agentFault } from './agent-fault.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { goesOnAfter, leave, receiveGuests } from './guests.ts';
import { createOutput } from './output.ts';
import { CliError, infrastructureParts, renderCliProblem } from './problem.ts';
import { buildProgram } from './program.ts';

const env = process.env;
const output = createOutput(env);

async function main(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = buildProgram(output, async (work) => {
    const { quiet, input, aws } = program.opts<{ quiet?: boolean; input: boolean; aws?: string | true }>();
    code = await work({
      output: quiet === true ? { ...output, note: () => undefined, live: false, quiet } : output,
      env: aws === undefined ? env : { ...env, BATON_AWS_STACK: profileOf(aws) },
      interactive: input && process.stdin.isTTY && process.stderr.isTTY,
    });
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** `--aws` alone leaves the choice to the environment. */
const profileOf = (asked: string | true): string =>
  asked === true ? (env.BATON_AWS_STACK ?? '').trim() || 'dev' : asked;

function explain(error: unknown): ExitCode {
  // Commander has written its own text already; asking for help is no mistake.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof CliError) {
    output.problem(renderCliProblem(error.problem));
    showStack(error.cause);
    return error.problem.exit;
  }
  // By name: importing the class would load what `--help` does not need.
  if (error instanceof Error && error.name === 'InfrastructureError') {
    output.problem(renderCliProblem(infrastructureParts(error.message)));
    showStack(error);
    return exitCodes.configuration;
  }
  const message = error instanceof Error ? error.message : String(error);
  const fault = agentFault(error);
  if (fault !== undefined) {
    output.problem(renderCliProblem(fault));
    showStack(error);
    return exitCodes.failed;
  }
  output.problem(
    `error[INTERNAL]: Baton has a bug: ${message.split('\n')[0] ?? ''}. ` +
      'Please report it with the command you typed; BATON_LOG=debug shows where it happened.',
  );
  showStack(error);
  return exitCodes.failed;
}

function showStack(error: unknown): void {
  if (env.BATON_LOG === 'debug' && error instanceof Error && error.stack !== undefined)
    output.problem(error.stack);
}

const die = (error: unknown): never => leave(explain(error));
process.on('uncaughtException', (error) => goesOnAfter(error, 'exception') || die(error));
process.on('unhandledRejection', (error) => goesOnAfter(error, 'rejection') || die(error));
receiveGuests();

const exitCode = await main(process.argv.slice(2));
await output.flush();
// A signal may have ended the work in the middle: what still holds the event loop must not keep the process.
leave(output.exitCode() ?? exitCode);
