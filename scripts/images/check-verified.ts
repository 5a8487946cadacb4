/** For continuous integration: exit 0 where nothing that images are made of changed since they last passed, else 1. */
import { join } from 'node:path';
import { isVerified } from './verified.ts';

process.exitCode = isVerified(join(import.meta.dirname, '..', '..')) ? 0 : 1;
