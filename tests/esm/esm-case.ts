/** One rule of an event source mapping, as AWS documents it, and the case that holds a mapping to it. */
import { type AwsPage } from './aws-pages.ts';
import { type EsmWorld } from './world.ts';

export interface EsmCase {
  /** What the rule is about, in a few words; several cases may share one. */
  readonly rule: string;
  readonly page: AwsPage;
  /** A sentence: what must be seen. */
  readonly name: string;
  readonly run: (world: EsmWorld) => Promise<void>;
}
