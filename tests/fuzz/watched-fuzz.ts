/** Fuzzes one surface in a thread of its own, and ends it where one input takes longer than any input may. */
import { Worker } from 'node:worker_threads';
import { type FuzzReport, type FuzzRequest } from './fuzz-surface.ts';

/** For one input; generous, since the machine may be busy with other things. */
const patienceMs = 20_000;

export async function watchedFuzz(request: FuzzRequest): Promise<FuzzReport> {
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), {
    workerData: { request, progress },
  });
  const ended = new Promise<FuzzReport>((done, fail) => {
    worker.on('message', done);
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`the thread of ${request.surface} ended with ${code}`)));
  });
  const hung = Promise.withResolvers<FuzzReport>();
  let last = 0;
  let since = Date.now();
  const watch = setInterval(() => {
    const now = Atomics.load(progress, 0);
    if (now !== last) [last, since] = [now, Date.now()];
    else if (now > 0 && Date.now() - since > patienceMs) hung.resolve(hangReport(request, now));
  }, 250);
  try {
    return await Promise.race([ended, hung.promise]);
  } finally {
    clearInterval(watch);
    ended.catch(() => undefined);
    await worker.terminate();
  }
}

const hangReport = (request: FuzzRequest, input: number): FuzzReport => ({
  surface: request.surface,
  seed: request.seed,
  inputs: input,
  accepted: 0,
  codes: {},
  slowestMs: patienceMs,
  feedMs: patienceMs,
  found: {
    input: `the ${input}th (see it with --show)`,
    path: '',
    error: `it took longer than ${patienceMs / 1000} s: a hang`,
  },
});
