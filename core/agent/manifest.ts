/**
 * Parses `agent.yaml`, already read as JSON: unknown → manifest, or every problem at once.
 * M1. An unknown key is a problem, with the nearest known key.   M2. Nothing is defaulted that changes who calls what.
 */
import * as z from 'zod';
import { no, ok, type Result } from '../failure.ts';
import { patterns } from '../ids.ts';
import { parseDuration } from '../workflow/duration.ts';
import { nearest } from '../workflow/nearest.ts';
import { type AgentManifest } from './contract.ts';
import { expectationOf } from './expectation.ts';
import { shown } from './shown.ts';

export interface ManifestProblem {
  readonly code: 'AGENT_MANIFEST';
  /** JSON pointer into the manifest. */
  readonly pointer: string;
  readonly message: string;
}

const day = 86_400_000;
/** One attempt is one call: at most a day. */
const timeout = z.string().transform((text, context): number => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= day) return ms;
  context.addIssue({ code: 'custom', message: 'a duration such as `90s` or `5m`, above 0 and at most 24h' });
  return z.NEVER;
});

const manifest = z.strictObject({
  name: z
    .string()
    .regex(patterns.agentName, 'lower-case letters, digits and dashes, 1 to 64, a letter first'),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'a semantic version in quotes, such as "1.0.0"'),
  description: z.string().min(1).max(500),
  transport: z.enum(['kafka', 'http', 'local']),
  endpoint: z
    .url({ protocol: /^https?$/, error: 'an http or https address, for transport `http` only' })
    .optional(),
  owner: z.string().min(1).max(200),
  timeout: timeout.default(300_000),
  onRedelivery: z.enum(['once', 'repeat']).default('once'),
  model: z
    .strictObject({
      profile: z.string().regex(patterns.agentName, 'the name of a model profile, such as `default`'),
      maxOutputTokens: z.int().min(16).max(1_000_000),
    })
    .optional(),
});

const knownKeys: readonly string[] = [...Object.keys(manifest.shape), 'profile', 'maxOutputTokens'];

/** At most 20 problems, each with its JSON pointer and the four parts of an error text. */
export function parseManifest(json: unknown): Result<AgentManifest, readonly ManifestProblem[]> {
  const parsed = manifest.safeParse(json);
  if (!parsed.success)
    return no(parsed.error.issues.flatMap((issue) => problemsOf(issue, json)).slice(0, 20));
  const { timeout: timeoutMs, endpoint, model, ...rest } = parsed.data;
  if (endpoint !== undefined && rest.transport !== 'http') {
    const message = text('endpoint does not fit the transport', rest.transport, 'transport `http`');
    return no([{ code: 'AGENT_MANIFEST', pointer: '/endpoint', message }]);
  }
  return ok({
    ...rest,
    timeoutMs,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(model === undefined ? {} : { model }),
  });
}

function problemsOf(issue: z.core.$ZodIssue, json: unknown): readonly ManifestProblem[] {
  const pointer = issue.path.map((part) => `/${String(part)}`).join('');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'AGENT_MANIFEST',
      pointer: `${pointer}/${key}`,
      message: text(`unknown key`, key, `one of ${knownKeys.join(', ')}`, hintFor(key)),
    }));
  }
  const got = issue.path.reduce<unknown>((value, part) => memberOf(value, part), json);
  const message = text(
    `${pointer === '' ? 'the manifest' : pointer.slice(1)} is not valid`,
    got,
    expectationOf(issue.message),
  );
  return [{ code: 'AGENT_MANIFEST', pointer, message }];
}

const text = (what: string, got: unknown, expected: string, fix = 'Correct it in agent.yaml.'): string =>
  `${what}: got ${shown(got)}, expected ${expected}. ${fix}`;

function hintFor(key: string): string {
  const near = nearest(key, knownKeys);
  return near === undefined ? 'Remove it from agent.yaml.' : `Did you mean '${near}'?`;
}

const memberOf = (value: unknown, part: PropertyKey): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined;
