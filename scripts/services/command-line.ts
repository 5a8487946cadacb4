/** What was typed after `npm run services --`. */
import { parseArgs } from 'node:util';
import { ServicesError } from './problem.ts';
import { type ServiceName, serviceNames } from './state.ts';

export const verbs = ['up', 'down', 'status', 'env'] as const;
export type Verb = (typeof verbs)[number];

export interface Asked {
  readonly verb: Verb;
  /** Empty: every service. */
  readonly only: readonly ServiceName[];
  readonly keep: boolean;
}

export const usage = 'npm run services -- up|down|status|env [--only kafka,mongo,jaeger] [--keep]';

export function readCommandLine(args: readonly string[]): Asked {
  const { values, positionals } = parsed(args);
  const [word, ...more] = positionals;
  const verb = verbs.find((each) => each === word);
  if (verb === undefined || more.length > 0) throw wrong(positionals.join(' ') || 'nothing');
  if (values.keep === true && verb !== 'up') throw wrong(`${verb} --keep`, '--keep with `up` alone');
  const names = values.only?.split(',').map((name) => name.trim());
  return { verb, only: names?.map(serviceNameOf) ?? [], keep: values.keep ?? false };
}

function serviceNameOf(text: string): ServiceName {
  const name = serviceNames.find((each) => each === text);
  if (name === undefined)
    throw wrong(`--only ${text}`, `names out of ${serviceNames.join(', ')}, with commas`);
  return name;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { only: { type: 'string' }, keep: { type: 'boolean' } },
    });
  } catch (error) {
    throw wrong(args.join(' '), error instanceof Error ? `options that exist (${error.message})` : undefined);
  }
}

const wrong = (given: string, expected = `one of ${verbs.join(', ')}`): ServicesError =>
  new ServicesError({ what: `cannot do '${given}'`, expected, fix: `type ${usage}`, exit: 2 });
