/**
 * Log and store of a deployment for people at the command line: it runs inside the private network, and whoever may
 * invoke it (IAM says who) may look at runs and start them.
 * OP1. An answer fits into what Lambda gives back (6 MB): a history comes in parts, a blob too large is refused.
 * OP2. What is not a call is answered with what was expected; only `InfrastructureError` is thrown.
 */
import { assertNever } from '#core/assert-never.ts';
import { type Json } from '#core/json.ts';
import { fromWire, type OperatorAnswer, type OperatorCall, parseOperatorCall, toBase64 } from '#core/operator-call.ts'; // prettier-ignore
import { type Commit, type Log, type Store } from '#core/ports.ts';

export interface OperatorDeps {
  readonly log: Pick<Log, 'publish' | 'topics'>;
  readonly store: Pick<Store, 'commits' | 'runs' | 'definitions' | 'blobs'>;
}

export const createOperator =
  (deps: OperatorDeps) =>
  async (event: unknown): Promise<OperatorAnswer> => {
    const call = parseOperatorCall(event);
    if (!call.ok) return { ok: false, problem: `the call cannot be read: expected ${call.problem}` }; // OP2
    return await answer(deps, call.value);
  };

/** Of JSON text. Lambda takes 6 MB; base64 and envelope are counted in. */
const mostBytes = 4 * 1024 * 1024;

async function answer({ log, store }: OperatorDeps, call: OperatorCall): Promise<OperatorAnswer> {
  const { commits, runs, definitions } = store;
  switch (call.op) {
    case 'publish':
      await log.publish(call.records.map(fromWire));
      return told(null);
    case 'topics':
      return told(await log.topics());
    case 'run':
      return told(await runs.get(call.runId));
    case 'runs':
      return told(await runs.list(call.filter));
    case 'history':
      return told(firstOf(await commits.history(call.runId), call.after));
    case 'definition':
      return told(await definitions.byDigest(call.digest));
    case 'active':
      return told(await definitions.active(call.name));
    case 'definitions':
      return told(await definitions.list(call.name));
    case 'blob':
      return await blobAnswer(store, call);
    default:
      return assertNever(call);
  }
}

/** As JSON has it: nothing is null, and members that are undefined are not there. */
const told = (value: unknown): OperatorAnswer => ({
  ok: true,
  value: JSON.parse(JSON.stringify(value ?? null)) as Json,
});

/** OP1. At least one, however large: a commit has at most 4 MiB. */
function firstOf(history: readonly Commit[], after: number): readonly Commit[] {
  const wanted = history.filter(({ version }) => version > after);
  let bytes = 0;
  const end = wanted.findIndex((commit, index) => {
    bytes += Buffer.byteLength(JSON.stringify(commit));
    return index > 0 && bytes > mostBytes;
  });
  return end < 0 ? wanted : wanted.slice(0, end);
}

async function blobAnswer(
  { blobs }: OperatorDeps['store'],
  { tenant, runId, digest, bytes }: Extract<OperatorCall, { op: 'blob' }>,
): Promise<OperatorAnswer> {
  if (bytes > mostBytes)
    return {
      ok: false,
      problem: `a value of ${bytes} bytes does not fit into an answer of AWS Lambda: expected at most ${mostBytes}`,
    };
  const found = await blobs.get({ tenant, runId }, { digest, bytes });
  return told(found === undefined || found === 'altered' ? found : { base64: toBase64(found) });
}
