/** The thread in which a surface is fuzzed: the one who watches can end it, whatever the input does. */
import { parentPort, workerData } from 'node:worker_threads';
import { fuzzSurface, type FuzzRequest } from './fuzz-surface.ts';
import { surfaces } from './surfaces.ts';

const { request, progress } = workerData as {
  readonly request: FuzzRequest;
  readonly progress: Int32Array;
};
const surface = surfaces.find(({ name }) => name === request.surface);
if (surface === undefined) throw new Error(`there is no surface ${request.surface}`);
parentPort?.postMessage(fuzzSurface(surface, request, () => void Atomics.add(progress, 0, 1)));
