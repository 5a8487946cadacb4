/**
 * JSON at hand → the same tree as from a file, and the rules that hold for both.
 * Does not know the YAML library: what only ever reads stored definitions does without it.
 */
import { type Result } from '../failure.ts';
import { type JsonObject } from '../json.ts';
import { type Problem, quote } from './problem.ts';
import { newReport, type Report, type Where } from './report.ts';
import { escapePointer } from './scope.ts';
import { nodeOfJson, nowhere, type SourceNode } from './source-node.ts';

export const deepestSource = 64;

/** Positions are line 0. */
export function readJson(source: JsonObject): Result<SourceNode, readonly Problem[]> {
  const report = newReport();
  const node = nodeOfJson(source, deepestSource + 1);
  checkJsonNode(node, 0, report);
  return report.problems.length > 0 ? { ok: false, problem: report.problems } : { ok: true, value: node };
}

export const refuseDepth = (report: Report, where: Where): void =>
  report.add('WF_YAML_DEPTH', where, `nesting deeper than ${deepestSource} levels`, {
    expected: `at most ${deepestSource} levels`,
    hint: 'move the inner part into a value that a step makes',
  });

const reserved = new Set(['__proto__', 'constructor', 'prototype']);

export function checkKey(key: string, where: Where, report: Report): void {
  if (reserved.has(key))
    report.add('WF_RESERVED_KEY', where, `key ${quote(key)} is reserved`, {
      expected: `any other key than ${[...reserved].join(', ')}`,
      hint: 'choose another name',
    });
}

function checkJsonNode(node: SourceNode, depth: number, report: Report): void {
  if (depth > deepestSource) refuseDepth(report, node);
  else if (node.kind === 'list') for (const item of node.items) checkJsonNode(item, depth + 1, report);
  else if (node.kind === 'map')
    for (const entry of node.entries) {
      checkKey(entry.key, { at: nowhere, path: `${node.path}/${escapePointer(entry.key)}` }, report);
      checkJsonNode(entry.value, depth + 1, report);
    }
}
