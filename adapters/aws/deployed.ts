/**
 * Log and store of a deployment, as the ports of a platform: what people need of them goes through its operator function.
 * DP1. What only the engine does (writing commits, claiming, consuming) is refused: it is done by the functions there.
 */
import { type RunId } from '#core/ids.ts';
import { isJsonObject, type Json } from '#core/json.ts';
import { fromBase64, operatorTopics, toWire } from '#core/operator-call.ts';
import { type Commit, type Log, type OutgoingRecord, type RunRow, type Store, type StoredDefinition } from '#core/ports.ts'; // prettier-ignore
import { refusal } from '#core/refusal.ts';
import { type OpenBackend } from '../open-platform.ts';
import { openOperator, type OperatorClient } from './operator-client.ts';

export function openDeployed(profile: string): OpenBackend {
  const operator = openOperator(profile);
  return {
    log: deployedLog(operator, profile),
    store: deployedStore(operator, profile),
    bootstrapServers: `deployed:${profile}`,
    prepareStore: refused(profile, 'making indexes'),
    close: () => Promise.resolve(operator.close()),
  };
}

/** Rejects, whatever it is given. */
const refused = (profile: string, doing: string) => (): Promise<never> =>
  Promise.reject(
    refusal({
      code: 'AWS_INSIDE_ONLY',
      what: `${doing} is nothing that is done from outside a deployment`,
      got: `a command on ${profile} that needs it`,
      expected: 'starting, steering and looking at runs',
      fix: 'deploy (npx cdk deploy makes topics and indexes and registers workflows), or run the command inside the VPC, as docs/how-to/deploy-to-aws.md says',
    }),
  );

/** Lambda takes 6 MB of request; base64 inflates by a third. */
const mostBytes = 3 * 1024 * 1024;

function deployedLog(operator: OperatorClient, profile: string): Log {
  const reading = refused(profile, 'reading topics');
  return {
    async publish(records) {
      if (records.some(({ topic }) => !operatorTopics.includes(topic)))
        await refused(profile, 'writing to topics of the engine')();
      for (const some of parts(records)) await operator.ask({ op: 'publish', records: some.map(toWire) });
    },
    consumer: reading,
    // An iterable is asked for its first record before anything is refused.
    read: () => ({ [Symbol.asyncIterator]: () => ({ next: reading }) }),
    createTopics: refused(profile, 'creating topics'),
    topics: async () => (await operator.ask({ op: 'topics' })) as unknown as Awaited<ReturnType<Log['topics']>>,
  }; // prettier-ignore
}

/** In their order, each part small enough for one call. */
function parts(records: readonly OutgoingRecord[]): readonly (readonly OutgoingRecord[])[] {
  const found: OutgoingRecord[][] = [];
  let bytes = Infinity;
  for (const record of records) {
    const more = record.value.byteLength + 1_000;
    if (bytes + more > mostBytes) {
      found.push([]);
      bytes = 0;
    }
    bytes += more;
    found.at(-1)?.push(record);
  }
  return found;
}

/** What the function tells is what the store there holds: it was parsed when it was written. */
const as = <T>(value: Json): T => value as unknown as T;
const orNothing = <T>(value: Json): T | undefined => (value === null ? undefined : as<T>(value));

function deployedStore(operator: OperatorClient, profile: string): Store {
  const engine = refused(profile, 'writing to the store');
  return {
    commits: {
      insert: engine,
      load: refused(profile, 'loading what a retried run had done'),
      history: historyOf(operator),
      putSnapshots: engine,
    },
    runs: {
      write: engine,
      get: async (runId) => orNothing<RunRow>(await operator.ask({ op: 'run', runId })),
      list: async (filter) => as<readonly RunRow[]>(await operator.ask({ op: 'runs', filter })),
      claimDue: engine,
      nextDue: engine,
      retire: engine,
      forget: engine,
    },
    definitions: {
      put: refused(profile, 'registering workflows'),
      byDigest: async (digest) =>
        orNothing<StoredDefinition>(await operator.ask({ op: 'definition', digest })),
      active: async (name) => orNothing<StoredDefinition>(await operator.ask({ op: 'active', name })),
      list: async (name) => as(await operator.ask({ op: 'definitions', ...(name !== undefined && { name }) })),
    },
    inbox: { put: engine, claimDue: engine, remove: engine },
    blobs: { put: engine, get: blobOf(operator) },
    invocations: { claim: engine, renew: engine, finish: engine, release: engine, mark: engine },
  }; // prettier-ignore
}

/** Commits never change: what was told once is kept, so that following a run asks for what is new alone. */
function historyOf(operator: OperatorClient): Store['commits']['history'] {
  const known = new Map<RunId, readonly Commit[]>();
  return async (runId) => {
    for (;;) {
      const before = known.get(runId) ?? [];
      const after = before.at(-1)?.version ?? 0;
      const more = as<readonly Commit[]>(await operator.ask({ op: 'history', runId, after }));
      if (more.length === 0) return before;
      known.set(runId, [...before, ...more]);
    }
  };
}

function blobOf(operator: OperatorClient): Store['blobs']['get'] {
  return async ({ tenant, runId }, { digest, bytes }) => {
    const found = await operator.ask({ op: 'blob', tenant, runId: runId as RunId, digest, bytes });
    if (found === 'altered') return found;
    if (!isJsonObject(found) || typeof found['base64'] !== 'string') return undefined;
    return fromBase64(found['base64']);
  };
}
