/** `retry` and `join` of a step. */
import { patterns } from '../ids.ts';
import { type Join, type RetryPolicy } from './definition.ts';
import { booleanOf, durationOf, numberOf, takeField, textsOf, wordOf, wrongType } from './field.ts';
import { checkWords, joinWords, retryMost, retryWords, stepCount } from './language.ts';
import { quote } from './problem.ts';
import { type Report } from './report.ts';
import { type MapNode, type SourceNode } from './source-node.ts';

export const retryDefaults = {
  delayMs: 1000,
  backoff: 'exponential',
  factor: 2,
  maxDelayMs: 30_000,
  jitter: 'full',
} as const satisfies Partial<RetryPolicy>;

const attempts = { least: 1, most: retryMost, whole: true };

export function parseRetry(node: SourceNode | undefined, report: Report): RetryPolicy | undefined {
  if (node === undefined) return undefined;
  if (node.kind === 'scalar') {
    const max = numberOf(node, attempts, 'WF_RETRY', report);
    return max === undefined ? undefined : { max, ...retryDefaults };
  }
  if (node.kind === 'list') return wrongType(node, 'a number of attempts or a mapping', report);
  checkWords(node, retryWords, 'retry', report);
  const max = numberOf(takeField(node, 'max', report), attempts, 'WF_RETRY', report);
  const delayMs =
    durationOf(takeField(node, 'delay', report), report, { zero: true }) ?? retryDefaults.delayMs;
  const longest = takeField(node, 'maxDelay', report);
  // A first delay beyond the default bound raises the bound: only a bound that was written can contradict it.
  const maxDelayMs =
    durationOf(longest, report, { zero: true }) ?? Math.max(retryDefaults.maxDelayMs, delayMs);
  if (longest !== undefined && maxDelayMs < delayMs)
    report.add('WF_RETRY', longest, `maxDelay is shorter than delay (${maxDelayMs} ms, ${delayMs} ms)`, {
      expected: 'maxDelay at least as long as delay',
      hint: 'raise maxDelay or lower delay',
    });
  const factor = numberOf(
    takeField(node, 'factor', report),
    { least: 1, most: 100, whole: false },
    'WF_RETRY',
    report,
  );
  const on = codesOf(node, report);
  if (max === undefined) return undefined;
  return {
    max,
    delayMs,
    backoff:
      wordOf(takeField(node, 'backoff', report), ['exponential', 'fixed'], 'WF_RETRY', report) ??
      retryDefaults.backoff,
    factor: factor ?? retryDefaults.factor,
    maxDelayMs,
    jitter:
      wordOf(takeField(node, 'jitter', report), ['full', 'none'], 'WF_RETRY', report) ?? retryDefaults.jitter,
    ...(on === undefined ? {} : { on }),
  };
}

function codesOf(node: MapNode, report: Report): readonly string[] | undefined {
  const field = takeField(node, 'on', report);
  if (field === undefined) return undefined;
  const codes = textsOf(field, report);
  for (const code of codes)
    if (!patterns.failureCode.test(code.value))
      report.add('WF_RETRY', code, `${quote(code.value)} is not a failure code`, {
        expected: 'a code such as LLM_RATE',
        hint: 'write it in capitals; docs/reference/errors.md lists the codes of Baton itself',
      });
  return codes.map((code) => code.value);
}

export function parseJoin(node: SourceNode | undefined, report: Report): Join {
  if (node === undefined) return { type: 'all' };
  if (node.kind === 'map') {
    checkWords(node, joinWords, 'join', report);
    const bounds = { least: 1, most: stepCount.most, whole: true };
    const count = numberOf(takeField(node, 'atLeast', report), bounds, 'WF_TYPE', report) ?? 1;
    return {
      type: 'atLeast',
      count,
      cancelRest: booleanOf(takeField(node, 'cancelRest', report), report) ?? false,
    };
  }
  const word = wordOf(node, ['all', 'any'], 'WF_TYPE', report);
  return word === 'any' ? { type: 'atLeast', count: 1, cancelRest: false } : { type: 'all' };
}
