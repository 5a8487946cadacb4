/** Composition root of the timer. */
import { setTimeout as wait } from 'node:timers/promises';
import { type FunctionSettings, type Platform } from '#adapters/platform.ts';
import { lambdaEntry } from '#adapters/lambda.ts';
import { type InvocationContext } from '#core/lambda-kafka.ts';
import { createTimer } from './handler.ts';
import { watchWaiting } from './waiting-runs.ts';
import { runSchedule } from './schedule.ts';

export const create = (platform: Platform, settings: FunctionSettings) =>
  createTimer({ ...platform, storeRetentionMs: settings.storeRetentionMs });

export const handler = lambdaEntry((platform, settings) => {
  // Only there is the line counted; in a terminal it would say every minute what nobody asked.
  const timer = watchWaiting(create(platform, settings), platform);
  return (_event: unknown, context: InvocationContext) => runSchedule(timer, context, (ms) => wait(ms));
});
