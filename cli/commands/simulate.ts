/**
 * `simulate <workflow>`: plays the workflow through thousands of hostile histories and looks for a broken promise.
 * The engine's own handlers run, in memory and in virtual time; nothing outside this process is touched.
 */
import { type Definition } from '#core/workflow/definition.ts';
import { nearest } from '#core/workflow/nearest.ts';
import { parseWorkflow } from '#core/workflow/parse.ts';
import { renderProblems } from '#core/workflow/problem.ts';
import { replayedChoices, seededChoices } from '#simulation/choices.ts';
import { allFaults, type FaultKind, faultKinds, isFaultKind } from '#simulation/faults.ts';
import { type Found, hunt, type HuntResult, judgeOf } from '#simulation/hunt.ts';
import {
  accountJson,
  accountOf,
  accountText,
  reportJson,
  reportText,
  type Violation,
} from '#simulation/report.ts';
import { outcomeOf, racesOf } from '#simulation/scenario.ts';
import { runSchedule } from '#simulation/schedule.ts';
import { shrink } from '#simulation/shrink.ts';
import { type Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { readFile } from '../files.ts';
import { typed, usageError } from '../problem.ts';
import { type AskedInput, findInput } from '../run-input.ts';
import { type Simulated, simulated } from '../simulated-answers.ts';
import { parallelHunt } from '../parallel-hunt.ts';
import { fileOfWorkflow, isPath, workflowNames } from '../workflow-files.ts';

export interface SimulateOptions extends AskedInput {
  readonly seeds?: string;
  readonly seed?: string;
  readonly faults?: string;
  readonly json?: boolean;
}

/** What is played: a workflow with its simulated agents, under some faults. */
export interface Subject extends Simulated {
  readonly workflow: string;
  readonly version: string;
  readonly faults: readonly FaultKind[];
}

const usualSeeds = 2000;
const mostSeeds = 4_294_967_295;

export async function simulateCommand(
  context: Context,
  workflow: string,
  options: SimulateOptions,
): Promise<ExitCode> {
  const { output } = context;
  if (options.seed !== undefined && options.seeds !== undefined)
    throw usageError('USAGE', '--seed and --seeds exclude each other', {
      expected: '--seeds n for the seeds 1 to n, or --seed k for that one history',
      hint: 'leave one of them out',
    });
  const faults = faultsOf(options.faults);
  const seeds = wholeNumber('--seeds', options.seeds) ?? usualSeeds;
  const seed = wholeNumber('--seed', options.seed);
  const definition = definitionOf(context, workflow);
  if (definition === undefined) return exitCodes.usage;
  const { input, example } = findInput(definition, options);
  if (example !== undefined) output.note(`Input from ${example}. Give another: -i name=value`);
  const { name, version } = definition;
  const subject: Subject = { ...(await simulated(definition, input)), workflow: name, version, faults };
  const json = options.json === true;
  return seed === undefined
    ? playMany(context, subject, { seeds, json })
    : playOne(context, subject, { seed, json });
}

/** Agents need not be registered: a workflow can be tried before its agents are written. */
function definitionOf({ output }: Context, workflow: string): Definition | undefined {
  const path = isPath(workflow) ? workflow : fileOfWorkflow(workflow);
  if (path === undefined) {
    const near = nearest(workflow, workflowNames());
    throw usageError('WF_UNKNOWN_WORKFLOW', `there is no workflow ${typed(workflow)} in workflows/`, {
      expected: `a file, or one of: ${workflowNames().join(', ')}`,
      hint: near === undefined ? 'name a file: ./baton simulate my-workflow.yaml' : `did you mean '${near}'?`,
    });
  }
  const bytes = readFile(path);
  const parsed = parseWorkflow(bytes, { file: path });
  if (parsed.ok) return parsed.value;
  output.problem(renderProblems(parsed.problems, { file: path, text: new TextDecoder().decode(bytes) }));
  return undefined;
}

function faultsOf(text: string | undefined): readonly FaultKind[] {
  if (text === undefined) return allFaults;
  if (text === 'none') return [];
  return text.split(',').map((part) => {
    const name = part.trim();
    if (isFaultKind(name)) return name;
    const near = nearest(name, allFaults);
    const list = allFaults.map((kind) => `  ${kind.padEnd(12)} ${faultKinds[kind]}`).join('\n');
    throw usageError('USAGE', `there is no fault ${typed(name)}`, {
      expected: `none, or some of these, with commas between them:\n${list}`,
      hint: near === undefined ? 'for example --faults ackLost,redeliver' : `did you mean '${near}'?`,
    });
  });
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= mostSeeds) return value;
  throw usageError('USAGE', `${option} cannot be ${typed(text)}`, {
    expected: `a whole number from 1 to ${mostSeeds}`,
    hint: `for example ${option} 1000`,
  });
}

/** Hunts through the seeds 1 to `seeds` and prints what was met. */
export async function playMany(
  context: Context,
  subject: Subject,
  { seeds, json }: { readonly seeds: number; readonly json: boolean },
): Promise<ExitCode> {
  const { output } = context;
  const { scenario, workflow, version, faults, agents } = subject;
  const result = await quickly(() => timed(context, subject, seeds));
  const violation =
    result.found === undefined ? undefined : await quickly(() => plainest(subject, result.found));
  const races = racesOf(scenario);
  const report = { workflow, version, from: 1, hunt: result, faults, races, agents, violation };
  output.data(json ? JSON.stringify(reportJson(report)) : reportText(report));
  return violation === undefined ? exitCodes.ok : exitCodes.failed;
}

async function timed(
  { output }: Context,
  { scenario, recipe, faults }: Subject,
  seeds: number,
): Promise<HuntResult> {
  const begin = performance.now();
  const every = Math.ceil(seeds / (output.live ? 100 : 4));
  let told = 0;
  const onProgress = (done: number): void => {
    if (done < told + every || done === seeds || output.quiet) return;
    told = done;
    if (output.live) output.draw(`\r${done} of ${seeds} histories`);
    else output.note(`${done} of ${seeds} histories`);
  };
  const options = { from: 1, schedules: seeds, faults, onProgress };
  const result = await (recipe === undefined ? hunt(scenario, options) : parallelHunt(recipe, options));
  const seconds = (performance.now() - begin) / 1000;
  if (output.live) output.draw('\r\u001b[K');
  output.note(
    `${result.schedules} histories in ${seconds.toFixed(1)} s: ${Math.round(result.schedules / seconds)} a second`,
  );
  return result;
}

async function plainest(
  { scenario, faults }: Subject,
  found: Found | undefined,
): Promise<Violation | undefined> {
  if (found === undefined) return undefined;
  const { choices, violation, replays } = await shrink(scenario, found, { faults });
  const played = await runSchedule({ ...scenario, faults, journal: true }, replayedChoices(choices));
  return { seed: found.seed, promise: violation, choices, replays, account: accountOf(played.journal) };
}

/** Plays one seed and prints its account: the same text whenever and wherever it is played. */
export async function playOne(
  { output }: Context,
  { scenario, faults, workflow, version }: Subject,
  { seed, json }: { readonly seed: number; readonly json: boolean },
): Promise<ExitCode> {
  const { result, violation } = await quickly(async () => {
    const judge = await judgeOf(scenario);
    const played = await runSchedule({ ...scenario, faults, journal: true }, seededChoices(seed));
    return { result: played, violation: judge(played) };
  });
  const account = {
    ...{ workflow, version, seed, violation },
    events: result.events,
    met: result.met,
    outcomes: [...result.runs.values()].map(outcomeOf),
    account: accountOf(result.journal),
  };
  output.data(json ? JSON.stringify(accountJson(account)) : accountText(account));
  return violation === undefined ? exitCodes.ok : exitCodes.failed;
}

/** Simulated failures are errors by the thousand, and nobody reads where they were made. */
async function quickly<T>(work: () => Promise<T>): Promise<T> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
