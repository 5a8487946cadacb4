/** More sandboxes beside the engine's own: with faults at a port, or simply a second one. Also damage and dead letters. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { InfrastructureError } from '#core/failure.ts';
import { toKafkaEvent } from '#core/kafka-records.ts';
import { type LogRecord, type RunRow } from '#core/ports.ts';
import { createHandler } from '#functions/orchestrator/handler.ts';
import { type BatonEvent } from '#core/cloud-event.ts';
import { type Engine } from './engine.ts';

/** The codes of dead letters. */
export function codes(
  letters: readonly { readonly headers: readonly (readonly [string, Uint8Array])[] }[],
): readonly string[] {
  return letters.map(({ headers }) => {
    const code = headers.find(([name]) => name === 'baton-dlq-code');
    return new TextDecoder().decode(code?.[1]);
  });
}

export const wake = (runId: string, wakeSentAt: number): BatonEvent => ({
  id: `${runId}:wake:${wakeSentAt}`,
  source: '/baton/timer',
  type: 'dev.baton.run.wake.v1',
  subject: runId,
  runid: runId,
  data: { wakeSentAt },
});

export type Around = (name: string, call: () => unknown) => unknown;

/** The same engine with a handler of its own, one call of one port of which fails, before or after it took effect. */
export function breaking(e: Engine, point: string, when: 'before' | 'after', at = 0) {
  let calls = 0;
  return sandbox(e, (name, call) => {
    if (name !== point || (at > 0 && (calls += 1) !== at)) return call();
    if (when === 'before') throw injected();
    return Promise.resolve(call()).then(() => {
      throw injected();
    });
  });
}

export const secondSandbox = (e: Engine) => sandbox(e, (_name, call) => call());

export const injected = (): Error => new InfrastructureError('injected');

/** Every call of a port, named as `log.publish`, goes through `around`. */
export function sandbox(e: Engine, around: Around) {
  const wrap = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(object, key, receiver) {
        const value: unknown = Reflect.get(object, key, receiver);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]) =>
          around(`${name}.${String(key)}`, () =>
            Reflect.apply(value as (...all: readonly unknown[]) => unknown, object, args),
          );
      },
    });
  const { commits, runs, ...rest } = e.deps.store;
  const handler = createHandler({
    ...e.deps,
    log: wrap('log', e.deps.log),
    store: { ...rest, commits: wrap('commits', commits), runs: wrap('runs', runs) },
  });
  return {
    deliver: (records: readonly LogRecord[]) =>
      handler(toKafkaEvent(records, { bootstrapServers: 'test:9092' }), {
        awsRequestId: 'r',
        functionName: 'orchestrator',
        getRemainingTimeInMillis: () => 60_000,
      }),
  };
}

/** Changes the first commit of a run behind the engine's back. */
export function tamper(e: Engine, runId: string): void {
  const database = new DatabaseSync(join(e.folder, 'baton.db'));
  const tables = database.prepare("select name from sqlite_master where name = 'commits'").all();
  assert.equal(tables.length, 1);
  const changed = database
    .prepare('update commits set body = replace(body, \'"idea"\', \'"ibea"\') where run = ? and version = 1')
    .run(runId);
  assert.ok(Number(changed.changes) > 0);
  database.close();
}

export async function onlyRun(e: Engine): Promise<RunRow> {
  const [row, ...others] = await e.store.runs.list({ limit: 10 });
  assert.equal(others.length, 0);
  assert.ok(row);
  return row;
}
