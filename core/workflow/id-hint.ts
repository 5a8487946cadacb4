import { patterns } from '../ids.ts';
import { redact } from '../redact.ts';

/** What to write instead of a name that is no id; `what` names what bears it. Never what looks like a key, spelt otherwise. */
export function idHint(name: string, what: string): string {
  const better = name.replace(/[^A-Za-z0-9_]+/g, '_').slice(0, 64);
  const usable = patterns.stepId.test(better) && better !== '_' && redact(name) === name;
  return usable ? `write '${better}'` : `choose another ${what}`;
}
