/**
 * What a simulation saw, for people and for programs.
 * RP1. Nothing here depends on when or how fast it ran: the same seeds give the same text, to the byte.
 */
import { sha256 } from '#core/json.ts';
import { faultKinds, type FaultKind, isFaultKind } from './faults.ts';
import { type HuntResult } from './hunt.ts';

export interface AnsweringStep {
  readonly step: string;
  readonly agent: string;
  /** `scripted model`, or `stub` with the reason. */
  readonly answers: string;
}

export interface Violation {
  readonly seed: number;
  readonly promise: string;
  /** Plays the shortest schedule found again. */
  readonly choices: readonly number[];
  readonly replays: number;
  readonly account: readonly string[];
}

/** Of many schedules. */
export interface Report {
  readonly workflow: string;
  readonly version: string;
  readonly from: number;
  readonly hunt: HuntResult;
  readonly faults: readonly FaultKind[];
  readonly races: readonly string[];
  readonly agents: readonly AnsweringStep[];
  readonly violation: Violation | undefined;
}

/** Of one schedule. */
export interface Account {
  readonly workflow: string;
  readonly version: string;
  readonly seed: number;
  readonly events: number;
  readonly met: ReadonlyMap<string, number>;
  readonly outcomes: readonly string[];
  readonly violation: string | undefined;
  readonly account: readonly string[];
}

/** A journal with its times as seconds from its first line, which stands at the begin of the schedule. */
export function accountOf(journal: readonly string[]): readonly string[] {
  const lines = journal.map((line) => /^\s*(\d+) ([^]*)$/.exec(line));
  const begin = Number(lines[0]?.[1] ?? 0);
  return lines.map((line, at) =>
    line === null
      ? (journal[at] ?? '')
      : `${((Number(line[1]) - begin) / 1000).toFixed(3).padStart(9)} s  ${(line[2] ?? '').replace(/\s+/g, ' ')}`,
  );
}

export function reportText(report: Report): string {
  const { workflow, version, hunt, violation } = report;
  const verdict = violation === undefined ? 'no promise broken' : `seed ${violation.seed} breaks a promise`;
  const parts = [
    `${workflow} ${version}: ${counted(hunt.schedules, 'hostile history', 'hostile histories')}, ${counted(hunt.events, 'event', 'events')}: ${verdict}`,
    `How steps answer\n${columns([['step', 'agent', 'answers with'], ...report.agents.map(({ step, agent, answers }) => [step, agent, answers])])}`,
    `Faults met\n${faultTable(report.faults, hunt.met)}`,
    `States reached: ${statesText(hunt.met)}`,
    `Outcomes\n${outcomeTable(hunt.outcomes)}`,
    racesText(report.races),
    ...(violation === undefined ? [] : [violationText(violation)]),
  ];
  return parts.join('\n\n');
}

export function reportJson(report: Report): unknown {
  const { workflow, version, from, hunt, faults, races, agents, violation } = report;
  return {
    workflow,
    version,
    seeds: { from, to: from + hunt.schedules - 1 },
    schedules: hunt.schedules,
    events: hunt.events,
    agents,
    faults: Object.fromEntries(faults.map((kind) => [kind, hunt.met.get(kind) ?? 0])),
    states: Object.fromEntries(statesOf(hunt.met)),
    outcomes: byFrequency(hunt.outcomes).map(([outcome, times]) => ({ outcome, times })),
    races,
    violation: violation ?? null,
  };
}

export function accountText(account: Account): string {
  const { workflow, version, seed, events, met, violation, outcomes } = account;
  const faults = [...met.keys()].filter(isFaultKind).sort();
  return [
    `${workflow} ${version}, seed ${seed}: ${counted(events, 'event', 'events')}`,
    `Faults met\n${faultTable(faults, met)}`,
    `What happened\n${account.account.join('\n')}`,
    ...outcomes.map((outcome) => `The run ended: ${shortened(outcome)}`),
    violation === undefined ? 'No promise was broken.' : `A promise was broken: ${violation}`,
  ].join('\n\n');
}

export function accountJson({ met, violation, ...account }: Account): unknown {
  const faults = [...met]
    .filter(([what]) => isFaultKind(what))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...account, faults: Object.fromEntries(faults), violation: violation ?? null };
}

function faultTable(faults: readonly FaultKind[], met: ReadonlyMap<string, number>): string {
  if (faults.length === 0) return '  none';
  return columns([
    ['fault', 'times', 'what it is'],
    ...faults.map((kind) => [kind, String(met.get(kind) ?? 0), faultKinds[kind]]),
  ]);
}

const statesOf = (met: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...met]
    .filter(([what]) => /^(?:run|step) [a-z]+$/i.test(what))
    .sort(([one], [other]) => (one < other ? -1 : 1));

const statesText = (met: ReadonlyMap<string, number>): string =>
  statesOf(met)
    .map(([state, times]) => `${state} ${times}`)
    .join(', ') || 'none';

function outcomeTable(outcomes: ReadonlyMap<string, number>): string {
  const all = [...outcomes.values()].reduce((sum, times) => sum + times, 0);
  return columns([
    ['times', 'share', 'how the run ended'],
    ...byFrequency(outcomes).map(([outcome, times]) => [
      String(times),
      `${((100 * times) / all).toFixed(1)} %`,
      shortened(outcome),
    ]),
  ]);
}

const byFrequency = (outcomes: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...outcomes].sort(([one, times], [other, more]) => more - times || (one < other ? -1 : 1));

function racesText(races: readonly string[]): string {
  if (races.length === 0)
    return 'Nothing in this workflow may race: every history was held to end as the one without faults does.';
  const list = races.map((race) => `  ${race}`).join('\n');
  return `May race, so that histories may end differently and were not held to one outcome\n${list}`;
}

function violationText({ seed, promise, choices, replays, account }: Violation): string {
  const odd = choices.filter((choice) => choice !== 0).length;
  return [
    `Seed ${seed} breaks a promise: ${promise}`,
    `The shortest schedule that shows it, after ${counted(replays, 'replay', 'replays')}: ${counted(choices.length, 'choice', 'choices')}, ${odd} of them not the ordinary one`,
    ...account,
    `The whole history of the seed: the same command with --seed ${seed} instead of --seeds`,
  ].join('\n');
}

const longestOutcome = 100;

/** Long outputs by their beginning and a digest, so that different ones look different. */
function shortened(outcome: string): string {
  if (outcome.length <= longestOutcome) return outcome;
  return `${outcome.slice(0, longestOutcome).toWellFormed()}… (${outcome.length} characters, sha256 ${sha256(outcome).slice(0, 12)})`;
}

const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** Aligned and indented; a column of numbers to the right, the last one unpadded. */
function columns(rows: readonly (readonly string[])[]): string {
  const width = (at: number): number => Math.max(...rows.map((row) => row[at]?.length ?? 0));
  const isNumber = (at: number): boolean =>
    rows.slice(1).every((row) => /^[\d.]+(?: %)?$/.test(row[at] ?? ''));
  const shape = (rows[0] ?? []).map((_, at) => ({ width: width(at), right: isNumber(at) }));
  const line = (row: readonly string[]): string =>
    shape
      .map(({ width: wide, right }, at) =>
        right ? (row[at] ?? '').padStart(wide) : (row[at] ?? '').padEnd(wide),
      )
      .join('  ')
      .trimEnd();
  return rows.map((row) => `  ${line(row)}`).join('\n');
}
