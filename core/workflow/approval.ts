/** `approval` of a step: who decides what, and what happens when nobody does. */
import { type JsonObject } from '../json.ts';
import { type ApprovalStep, type Template } from './definition.ts';
import { durationOf, mapOf, takeField, textOf, textsOf, wordOf, wrongType } from './field.ts';
import { agentOnlyWords, approvalWords, approvers, checkWords, timeoutRules } from './language.ts';
import { templateOf } from './placed-expression.ts';
import { quote } from './problem.ts';
import { type Report } from './report.ts';
import { type MapNode, type SourceNode } from './source-node.ts';
import { type Variables } from './expression-check.ts';

/** People sleep, and have weekends. */
export const defaultApprovalTimeoutMs = 7 * 86_400_000;

/** JSON Schema of what a decided approval gives. */
export const approvalOutput: JsonObject = {
  type: 'object',
  properties: {
    decision: { enum: ['approved', 'rejected'] },
    by: { type: 'string' },
    comment: { type: 'string' },
    at: { type: 'string' },
  },
  additionalProperties: false,
};

type Approval = Pick<ApprovalStep, 'to' | 'prompt' | 'timeoutMs' | 'onTimeout'>;

export function parseApproval(node: SourceNode, variables: Variables, report: Report): Approval | undefined {
  const body = mapOf(node, report);
  if (body === undefined) return undefined;
  checkWords(body, approvalWords, 'approval', report);
  return {
    to: parseTo(takeField(body, 'to', report), report),
    prompt: parsePrompt(takeField(body, 'prompt', report), variables, report),
    timeoutMs: durationOf(takeField(body, 'timeout', report), report) ?? defaultApprovalTimeoutMs,
    onTimeout: wordOf(takeField(body, 'onTimeout', report), timeoutRules, 'WF_TYPE', report) ?? 'fail',
  };
}

/** They stand beside the body and belong to agents; the time of an approval stands in its body. */
export function refuseAgentWords(id: string, node: MapNode, report: Report): void {
  for (const { key, keyAt } of node.entries) {
    if (!agentOnlyWords.some((word) => word === key)) continue;
    report.add(
      'WF_UNKNOWN_FIELD',
      { at: keyAt, path: `${node.path}/${key}` },
      `${quote(key)} in step ${quote(id)}, which asks no agent`,
      {
        expected: 'beside approval: needs, if, join, continueOnError',
        hint: key === 'timeout' || key === 'deadline' ? "write 'timeout' inside approval" : 'remove it',
      },
    );
  }
}

function parseTo(node: SourceNode | undefined, report: Report): readonly string[] {
  const texts = textsOf(node, report);
  const wrong = texts.find(({ value }) => value.trim() === '' || value.length > approvers.longest);
  if (wrong !== undefined)
    wrongType(wrong, `a name of 1 to ${approvers.longest} characters`, report, 'name who decides: to: owner');
  else if (node?.kind === 'list' && (node.items.length === 0 || node.items.length > approvers.most))
    wrongType(node, `1 to ${approvers.most} names`, report, 'name who decides: to: [owner, lead]');
  return texts.map(({ value }) => value);
}

function parsePrompt(node: SourceNode | undefined, variables: Variables, report: Report): Template {
  const text = textOf(node, report);
  if (text?.value.trim() === '') wrongType(text, 'a question', report, 'say what is to be decided');
  return text === undefined ? { kind: 'literal', value: '' } : templateOf(text, variables, report);
}
