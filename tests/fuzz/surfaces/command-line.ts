/** Arguments → a command that would run, or usage. The program itself, with nothing behind it. */
import assert from 'node:assert/strict';
import { CommanderError } from 'commander';
import fc from 'fast-check';
import { type Output } from '#cli/output.ts';
import { CliError, renderCliProblem } from '#cli/problem.ts';
import { buildProgram } from '#cli/program.ts';
import { hostileText } from '../arbitrary-hostile.ts';
import { accepted, type Fed, type Surface } from '../surface.ts';

const words = ['run', 'dev', 'validate', 'plan', 'runs', 'list', 'get', 'watch', 'cancel', 'events', 'publish', 'tail', 'agents', 'topics', 'create', 'simulate', 'recover', 'dlq', 'show', 'redrive', 'logs', 'invoke', 'retry', 'doctor', 'completion', 'complete', 'help', '--help', '-h', '--version', '--json', '--quiet', '--no-input', '-i', '-i=a', '--input', 'a=b', '-f', '--input-file', '-', '--', '--limit', '--limit=-1', '--status', '--topic', '--from-beginning', '--seed', '--format', 'github', '@last', 'x.yaml', '--jsn', '-x', '-', '--__proto__', '--=', '']; // prettier-ignore
const inputs = fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: hostileText }), { maxLength: 7 }); // prettier-ignore

function feed(args: readonly string[]): Fed {
  const said: string[] = [];
  let started = false;
  const program = buildProgram(silentOutput(said), () => {
    started = true;
    return Promise.resolve();
  });
  try {
    program.parse(args, { from: 'user' });
    assert.ok(started, `neither a command nor an error: ${JSON.stringify(args)}`);
    return accepted;
  } catch (error) {
    if (error instanceof CliError)
      return { accepted: false, codes: [error.problem.code], shown: [renderCliProblem(error.problem)] };
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? accepted : { accepted: false, codes: ['USAGE'], shown: said };
  }
}

const silentOutput = (said: string[]): Output => ({
  data: () => undefined,
  note: (text) => void said.push(text),
  problem: (text) => void said.push(text),
  draw: () => undefined,
  colours: {} as Output['colours'],
  dataColours: {} as Output['colours'],
  live: false,
  quiet: false,
  columns: () => 80,
  size: () => ({ columns: 80, rows: 24 }),
  closed: new AbortController().signal,
  exitCode: () => undefined,
  flush: () => Promise.resolve(),
});

export const commandLines: Surface<readonly string[]> = { name: 'command-lines', share: 30, inputs, feed };
