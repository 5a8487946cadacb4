/** Semantic versions and ranges of them: the only file that knows semver. */
import semverSatisfies from 'semver/functions/satisfies.js';
import semverValid from 'semver/functions/valid.js';
import maxSatisfying from 'semver/ranges/max-satisfying.js';
import minVersion from 'semver/ranges/min-version.js';
import validRange from 'semver/ranges/valid.js';

/** `1`, `^1.2`, `~1.2.3`, `>=1 <3`, `1.2.3`; not the empty text. */
export const isRange = (text: string): boolean =>
  text.trim() !== '' && text.length <= 80 && validRange(text) !== null;

/** Strict: `1.2.3`, `1.2.3-beta.1`; no leading `v`. */
export const isVersion = (text: string): boolean =>
  text.length <= 80 && /^\d/.test(text) && semverValid(text) !== null;

export const satisfies = (version: string, range: string): boolean => semverSatisfies(version, range);

/** The highest of the versions that is in the range; without a range, of all that are not pre-releases. */
export const highest = (versions: readonly string[], range?: string): string | undefined =>
  maxSatisfying(versions, range ?? '*') ?? undefined;

/** The lowest version that is in the range. */
export const lowest = (range: string): string | undefined => minVersion(range)?.version;
