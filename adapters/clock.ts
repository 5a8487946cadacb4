/** Time and randomness of the machine. */
import { randomUUID } from 'node:crypto';
import { type Clock, type Random } from '#core/ports.ts';

export const systemClock: Clock = { now: () => Date.now() };

export const systemRandom: Random = { next: () => Math.random(), id: () => randomUUID() };
