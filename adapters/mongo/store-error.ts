/**
 * Turns what the driver throws into `InfrastructureError`, in one place. Every error of the driver means that the
 * database did not do what was asked, or that nobody knows; any other error is a bug and passes unchanged.
 */
import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';
import { type Refusal, refusal } from '#core/refusal.ts';
import { withoutCredentials } from './client.ts';

/** Where the database is, as `host:port`, and whether Baton itself has closed the client. */
export interface Place {
  readonly address: string;
  readonly isClosed: () => boolean;
}

export function storeError({ address, isClosed }: Place, error: unknown): unknown {
  if (!(error instanceof MongoError) && !isOfSystem(error)) return error;
  const said = withoutCredentials(error.message).replace(echo, '$1').slice(0, 500);
  const diagnosis = isClosed() ? closed : diagnosisOf(error);
  return refusal({ ...diagnosis, got: `${said} (database at ${address})` }, error);
}

/** Of a file that TLS needs, or of the name service that knows the servers: the driver hands these on as they are. */
const isOfSystem = (error: unknown): error is Error & { readonly syscall: unknown } =>
  error instanceof Error && 'syscall' in error;

/** A server that refuses a command repeats all of it. */
const echo = /(to execute command \{ \w+: "\w+").*/s;

/** A bulk write wraps what broke it, as if the server had answered. */
function unwrapped(error: MongoError): MongoError {
  const inner = error instanceof MongoBulkWriteError ? error.errorResponse : undefined;
  return inner instanceof MongoError ? inner : error;
}

/** The duplicate keys of a bulk write, by their place in it; `undefined` where anything else went wrong as well. */
export function duplicatesOf(error: unknown): readonly number[] | undefined {
  if (!(error instanceof MongoBulkWriteError) || error.errorResponse instanceof MongoError) return undefined;
  const errors = error.result.getWriteErrors();
  const isClear = errors.length > 0 && error.result.getWriteConcernError() === undefined;
  return isClear && errors.every((one) => one.code === duplicateKey)
    ? errors.map((one) => one.index)
    : undefined;
}

export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === duplicateKey;

/** Of a collection that somebody else just created. */
export const isAlreadyThere = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === namespaceExists;

/** Nothing was sent, so there is no outcome to find out. */
export const wasNeverSent = (error: unknown): boolean =>
  error instanceof MongoError && isAway(unwrapped(error));

/** Others that waited for the first connection, when it failed, are told that the topology is closed. */
const isAway = (error: MongoError): boolean =>
  [MongoServerSelectionError, MongoClientClosedError, MongoNotConnectedError, MongoTopologyClosedError].some(
    (type) => error instanceof type,
  );

const duplicateKey = 11_000;
const namespaceExists = 48;

type Diagnosis = Omit<Refusal, 'got'>;

const closed: Diagnosis = {
  code: 'STORE_CLOSED',
  what: 'the database was used after it was closed',
  expected: 'an open one',
  fix: 'open it again',
};
const unreachable: Diagnosis = {
  code: 'STORE_UNREACHABLE',
  what: 'no primary of the database could be reached within 5 s',
  expected: 'a MongoDB replica set or DocumentDB cluster with a primary that this host can connect to',
  fix: 'start it, or correct host, port, replicaSet and TLS in MONGODB_URI; the work is tried again',
};
const unreadableFile: Diagnosis = {
  code: 'STORE_TLS_FILE',
  what: 'a file that TLS needs cannot be read',
  expected: 'a readable PEM file',
  fix: 'correct the path, or put the file there (for DocumentDB: its bundle of authorities)',
};
const interrupted: Diagnosis = {
  code: 'STORE_INTERRUPTED',
  what: 'the connection to the database broke, or its primary changed, before it answered',
  expected: 'an answer',
  fix: 'nothing if this passes, as in a failover; else look at the log of the database; the work is tried again',
};
const refusedLogin: Diagnosis = {
  code: 'STORE_AUTH',
  what: 'the database refused the user or its password',
  expected: 'the credentials of a user of this database, in MONGODB_URI',
  fix: 'correct user, password and authSource in MONGODB_URI',
};
const forbidden: Diagnosis = {
  code: 'STORE_FORBIDDEN',
  what: 'the database does not allow this user what Baton has to do',
  expected: 'a user with the role readWrite on the database that MONGODB_URI names (setup: dbAdmin too)',
  fix: 'grant that role, or use another user',
};
const notDurable: Diagnosis = {
  code: 'STORE_NOT_DURABLE',
  what: 'a write was not confirmed by a majority of the replica set in time',
  expected: 'a majority of the data-bearing members to be up and to keep pace',
  fix: 'bring the missing members back; the work is tried again',
};
const full: Diagnosis = {
  code: 'STORE_FULL',
  what: 'the database has no space left',
  expected: 'free space on the disks of the database',
  fix: 'free some space or enlarge the volume; the work is tried again',
};
const otherIndex: Diagnosis = {
  code: 'STORE_INDEX',
  what: 'an index exists under the name or with the keys of one of Baton, but differs from it',
  expected: 'the indexes that `baton setup` creates, in a database that Baton has for itself',
  fix: 'drop that index and run `baton setup` again, or name another database in MONGODB_URI',
};
const tooLarge: Diagnosis = {
  code: 'STORE_TOO_LARGE',
  what: 'a document is larger than the database takes',
  expected: 'documents of at most 16 MB',
  fix: 'make the values of the run smaller, or hand references over instead',
};
const refused: Diagnosis = {
  code: 'STORE_REFUSED',
  what: 'the database refused a request or could not be spoken to',
  expected: 'MongoDB 4.4 or later, or Amazon DocumentDB 5.0 or later',
  fix: 'look up the message, and at the log of the database; the work is tried again',
};

/** Error codes of the server. */
const byCode: ReadonlyMap<number, Diagnosis> = new Map([
  ...[18, 8000].map((code) => [code, refusedLogin] as const),
  [13, forbidden],
  ...[64, 79, 100].map((code) => [code, notDurable] as const),
  [14_031, full],
  ...[85, 86].map((code) => [code, otherIndex] as const),
  [10_334, tooLarge],
  // No primary any more, shutting down, stepping down, killed by a change of state.
  ...[91, 189, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436].map((code) => [code, interrupted] as const),
]);

function diagnosisOf(given: Error): Diagnosis {
  if (!(given instanceof MongoError))
    return isOfSystem(given) && given.syscall === 'open' ? unreadableFile : unreachable;
  const error = unwrapped(given);
  const known = typeof error.code === 'number' ? byCode.get(error.code) : undefined;
  if (known !== undefined) return known;
  // The driver wraps what its first connection met: a refused login must not look like a server that is away.
  if (error.cause instanceof MongoServerError) return diagnosisOf(error.cause);
  if (isAway(error)) return unreachable;
  if (error instanceof MongoNetworkError || error.hasErrorLabel('ResetPool')) return interrupted;
  if (error instanceof MongoWriteConcernError) return notDurable;
  if (error instanceof MongoBulkWriteError && error.result.getWriteConcernError() !== undefined)
    return notDurable;
  return /larger than the maximum|too large/i.test(error.message) ? tooLarge : refused;
}
