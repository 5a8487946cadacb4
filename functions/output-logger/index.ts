/** Composition root of the output logger. */
import { lambdaEntry } from '#adapters/lambda.ts';
import { type Platform } from '#adapters/platform.ts';
import { createHandler } from './handler.ts';

export const create = ({ log, logger }: Platform) => createHandler({ log, logger });

export const handler = lambdaEntry(create);
