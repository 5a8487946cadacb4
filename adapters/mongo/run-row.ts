/** A row of the run index, from and to its document. */
import { type Failure } from '#core/failure.ts';
import { type RowStatus, type RunRow } from '#core/ports.ts';
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

const statuses: ReadonlySet<string> = new Set<RowStatus>([
  'running',
  'completed',
  'failed',
  'cancelled',
  'quarantined',
  'tombstone',
]);
const isRowStatus = (value: string): value is RowStatus => statuses.has(value);

function rowStatus(document: object): RowStatus {
  const status = text(document, 'status');
  if (isRowStatus(status)) return status;
  throw unexpected('status', [...statuses].join(', '), status);
}
