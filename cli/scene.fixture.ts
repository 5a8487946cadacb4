/** A data folder with a run that completed, one that failed half way, and a dead letter. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { topics } from '#core/event-catalog.ts';
import { baton, resultOf, type Result, temporaryFolder } from './spawn.fixture.ts';

export interface Scene {
  readonly dataDir: string;
  /** A workflow whose first step completes and whose second one fails. */
  readonly file: string;
  readonly completed: Result;
  readonly failed: Result;
  remove(): void;
}

const halfWay = `name: half-way
version: "1.0.0"
inputs:
  idea: string
steps:
  design:
    agent: app-designer
    with:
      idea: \${{ inputs.idea }}
  kafka:
    agent: kafka-expert
    needs: [design]
    with:
      design: no design
`;

export async function openScene(): Promise<Scene> {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  const file = join(folder.path, 'half-way.yaml');
  writeFileSync(file, halfWay);
  await putPoison(dataDir);
  const completed = await baton(['run', 'design-and-provision'], { dataDir });
  assert.equal(completed.code, 0, completed.stderr);
  const failed = await baton(['run', file, '-i', 'idea=A choir'], { dataDir });
  assert.equal(failed.code, 1, failed.stderr);
  return {
    ...{ dataDir, file },
    completed: resultOf(completed.stdout),
    failed: resultOf(failed.stdout),
    remove: () => folder.remove(),
  };
}

/** What no host can read: the first one to come makes it a dead letter. */
async function putPoison(dataDir: string): Promise<void> {
  assert.equal((await baton(['topics', 'create'], { dataDir })).code, 0);
  await onLog(dataDir, (log) =>
    log.publish([
      { topic: topics.request, key: 'poison', value: Buffer.from('{"specversion":'), headers: [] },
    ]),
  );
}

type Log = ReturnType<typeof openEmbedded>['log'];

/** Opens the log of a folder, as another process would. */
export async function onLog<T>(dataDir: string, work: (log: Log) => Promise<T>): Promise<T> {
  const embedded = openEmbedded({ folder: dataDir, clock: { now: () => Date.now() } });
  try {
    return await work(embedded.log);
  } finally {
    await embedded.close();
  }
}
