/** Changes with the code that makes things: CloudFormation calls no custom resource whose properties are the same. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of files of this repository, by their paths in it. */
export const sourceHash = (...files: readonly string[]): string =>
  files
    .reduce(
      (hash, file) => hash.update(readFileSync(join(import.meta.dirname, '..', file))),
      createHash('sha256'),
    )
    .digest('hex');
