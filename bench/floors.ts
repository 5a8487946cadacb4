/** The least that durability costs here: a flush, one append to the embedded log, one commit in the embedded store. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { type RunId, runIdOf } from '#core/ids.ts';
import { type Commit } from '#core/ports.ts';
import { quantiles, type Quantiles } from './quantiles.ts';

/** Milliseconds. */
export interface Floors {
  /** 512 bytes appended to a file, then fdatasync. */
  readonly fdatasync: Quantiles;
  /** One record of 512 bytes published to the embedded log, durable. */
  readonly append: Quantiles;
  /** One commit of about 512 bytes inserted into the embedded store, durable. */
  readonly commit: Quantiles;
}

export async function measureFloors(times: number): Promise<Floors> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-floors-'));
  try {
    const embedded = openEmbedded({ folder: join(folder, 'data'), clock: { now: () => Date.now() } });
    await embedded.log.createTopics([{ name: 'floor', partitions: 1 }]);
    const value = new Uint8Array(512).fill(65);
    const runId = runIdOf({ tenant: 'bench', source: '/bench', id: 'floor' });
    const append = await timed(times, () =>
      embedded.log.publish([{ topic: 'floor', key: 'key', value, headers: [] }]),
    );
    const commit = await timed(times, (index) => embedded.store.commits.insert([floorCommit(runId, index)]));
    await embedded.close();
    return { fdatasync: await flushes(join(folder, 'file'), times, value), append, commit };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** About 512 bytes. */
export const floorCommit = (runId: RunId, index: number): Commit => ({
  schema: 1,
  runId,
  version: index + 1,
  causes: [{ source: '/bench', id: String(index), topic: 'floor', partition: 0, offset: index }],
  events: [{ type: 'start.conflicted', source: '/bench', id: 'x'.repeat(250), payloadDigest: 'sha256:0' }],
  published: index,
  at: 0,
});

async function flushes(path: string, times: number, value: Uint8Array): Promise<Quantiles> {
  const file = openSync(path, 'w');
  try {
    return await timed(times, () => {
      writeSync(file, value);
      fdatasyncSync(file);
    });
  } finally {
    closeSync(file);
  }
}

/** `work`, so many times one after the other. */
export async function timed(times: number, work: (index: number) => unknown): Promise<Quantiles> {
  const taken: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const begun = performance.now();
    await work(index);
    taken.push(performance.now() - begun);
  }
  return quantiles(taken);
}
