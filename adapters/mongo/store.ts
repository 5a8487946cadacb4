/** The state side on one database, as one bundle. */
import { type Store } from '#core/ports.ts';
import { createBlobs } from './blobs.ts';
import { createCommits } from './commits.ts';
import { type Database } from './database.ts';
import { createDefinitions } from './definitions.ts';
import { createInbox } from './inbox.ts';
import { createInvocations } from './invocations.ts';
import { createRunIndex } from './run-index.ts';

export const createStore = (database: Database): Store => ({
  commits: createCommits(database),
  runs: createRunIndex(database),
  definitions: createDefinitions(database),
  inbox: createInbox(database),
  blobs: createBlobs(database),
  invocations: createInvocations(database),
});
