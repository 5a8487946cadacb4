/** Composition root of what the command line asks a deployment. */
import { lambdaEntry } from '#adapters/lambda.ts';
import { createOperator } from './handler.ts';

export const handler = lambdaEntry(({ log, store }) => {
  const operator = createOperator({ log, store });
  return (event: unknown) => operator(event);
});
