/** A row of the run index, from and to its document. */
import { type Failure } from '#core/failure.ts';
import { type RunRow } from '#core/ports.ts';
import { type RowStatus, parseRowStatus, rowStatuses } from '#core/row-status.ts';
import { type RunDocument, notSent } from './database.ts';
import { number, optional, runId, stored, text, unexpected } from './fields.ts';

export function toRunRow(document: object): RunRow {
  const digest = optional(text, document, 'digest');
  const wakeAt = optional(number, document, 'wakeAt');
  const wakeSentAt = optional(number, document, 'wakeSentAt');
  const endedAt = optional(number, document, 'endedAt');
  const labels = optional(stored<Readonly<Record<string, string>>>, document, 'labels');
  const error = optional(stored<Failure>, document, 'error');
  return {
    runId: runId(document, '_id'),
    workflow: text(document, 'workflow'),
    ...(digest !== undefined && { digest }),
    status: rowStatus(document),
    version: number(document, 'version'),
    ...(wakeAt !== undefined && { wakeAt }),
    armedBy: number(document, 'armedBy'),
    ...(wakeSentAt !== undefined && wakeSentAt !== notSent && { wakeSentAt }),
    startedAt: number(document, 'startedAt'),
    ...(endedAt !== undefined && { endedAt }),
    tenant: text(document, 'tenant'),
    ...(labels !== undefined && { labels }),
    ...(error !== undefined && { error }),
  };
}

export const toDocument = ({ runId: _id, labels, error, ...rest }: RunRow): RunDocument => ({
  _id,
  ...rest,
  ...(labels !== undefined && { labels: JSON.stringify(labels) }),
  ...(error !== undefined && { error: JSON.stringify(error) }),
});

function rowStatus(document: object): RowStatus {
  const found = text(document, 'status');
  const status = parseRowStatus(found);
  if (status === undefined) throw unexpected('status', rowStatuses.join(', '), found);
  return status;
}
