/** What the command line asks a deployment, whose brokers and database nobody outside can reach. IAM says who may. */
import { topics } from '#core/event-catalog.ts';
import { type FunctionSpec } from '../topology.ts';

export const operatorEntry = 'functions/operator/index.ts';

/** Starts and commands are what people write; the rest it reads. */
export const operatorSpec: FunctionSpec = {
  name: 'operator',
  kind: 'operator',
  entry: operatorEntry,
  timeoutMs: 30_000,
  agents: [],
  mappings: [],
  http: false,
  scheduled: false,
  access: {
    read: [],
    write: [topics.request, topics.command],
    collections: {
      commits: ['find'],
      runs: ['find'],
      definitions: ['find'],
      active_definitions: ['find'],
      blobs: ['find'],
    },
  },
};
