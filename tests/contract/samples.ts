/** Values for the contract suites. Names are unique in the process and beyond it: services may outlive a test. */
import { randomUUID } from 'node:crypto';
import { type RunId, runIdOf } from '#core/ids.ts';
import { type Json, canonicalJson, sha256 } from '#core/json.ts';
import { type BlobRef } from '#core/payload.ts';
import { type Commit, type RunRow, type RunWrite, type Snapshot, commitSchema } from '#core/ports.ts';

export const unique = (prefix: string): string => `${prefix}-${randomUUID()}`;

export const newRunId = (): RunId => runIdOf({ tenant: 'default', source: '/contract', id: randomUUID() });

/** `note` makes two commits of one version different. */
export const sampleCommit = (runId: RunId, version: number, note = 'same'): Commit => ({
  schema: commitSchema,
  runId,
  version,
  ...(version === 1 ? {} : { parent: `sha256:${'0'.repeat(64)}` }),
  causes: [
    { source: '/contract', id: `${runId}-${version}`, topic: 'workflow.request', partition: 2, offset: 41 },
  ],
  events: [
    { type: 'step.completed', step: 'design', attempt: 1, output: { value: note }, at: 1_000 + version },
  ],
  published: version - 1,
  at: 1_000 + version,
});

export const sampleSnapshot = (runId: RunId, version: number, published: number): Snapshot => ({
  schema: commitSchema,
  runId,
  version,
  head: `sha256:${String(version).padStart(64, '0')}`,
  published,
  state: { status: 'absent' },
});

type Begin = Extract<RunWrite, { type: 'begin' }>;
type End = Extract<RunWrite, { type: 'end' }>;

export const begin = (runId: RunId, fields: Partial<Begin['row']> = {}): Begin => ({
  type: 'begin',
  row: { runId, workflow: 'design', startedAt: 1_000, tenant: 'default', ...fields },
});

export const end = (runId: RunId, fields: Partial<End['row']> = {}): End => ({
  type: 'end',
  row: { ...endedRow, runId, ...fields },
});

const endedRow: Omit<RunRow, 'runId'> & { readonly status: 'completed'; readonly endedAt: number } = {
  workflow: 'design',
  status: 'completed',
  version: 4,
  armedBy: 0,
  startedAt: 1_000,
  endedAt: 2_000,
  tenant: 'default',
};

export interface SampleBlob {
  readonly ref: BlobRef;
  readonly bytes: Uint8Array;
}

/** A value as its claim check and bytes. */
export function sampleBlob(value: Json): SampleBlob {
  const bytes = Buffer.from(canonicalJson(value));
  return { ref: { digest: `sha256:${sha256(bytes)}`, bytes: bytes.length }, bytes };
}
