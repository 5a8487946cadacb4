/** The `data` of a decision, `dev.baton.approval.decided.v1`, and its inverse. As the parsers in `event-data.ts`. */
import { invalid, isText, longerThan } from './event-data.ts';
import { ok, type Result } from './failure.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { type ApprovalDecision } from './run/types.ts';

export interface DecisionData {
  readonly step: string;
  readonly decision: ApprovalDecision;
  readonly by: string;
  readonly comment?: string;
}

export function parseDecision(data: Json | undefined): Result<DecisionData> {
  if (!isJsonObject(data)) return invalid('', data, 'an object');
  const { step, decision, by, comment } = data;
  if (!isText(step)) return invalid('/step', step, 'the id of the step that waits');
  if (decision !== 'approved' && decision !== 'rejected')
    return invalid('/decision', decision, '"approved" or "rejected"');
  if (!isText(by)) return invalid('/by', by, 'who decides, 1 to 1024 characters');
  if (comment === undefined) return ok({ step, decision, by });
  if (typeof comment !== 'string' || longerThan(comment, 1024))
    return invalid('/comment', comment, 'a string of at most 1024 characters');
  return ok({ step, decision, by, comment });
}

export const decisionData = ({ step, decision, by, comment }: DecisionData): JsonObject => ({
  step,
  decision,
  by,
  ...(comment === undefined ? {} : { comment }),
});
