/**
 * A domain: something applications are often about, with the words that call for it. The scripted designer's knowledge.
 * V1. Plain data: adding a domain is adding a row.   V2. `reacts` names events of other rows.
 */
import { type DesignEvent, type Store } from '../../application-design.ts';

export type FieldType = DesignEvent['fields'][number]['type'];

export interface Emission {
  readonly verb: string;
  readonly fields: Readonly<Record<string, FieldType>>;
  readonly why: string;
}

export interface Domain {
  /** Names its service (`<noun>-service`), store (`<noun>-db`), path and events. */
  readonly noun: string;
  /** Lower case, singular. */
  readonly cues: readonly string[];
  /** The field whose events must stay in order, where it is not `<noun>Id`. */
  readonly key?: string;
  readonly does: string;
  readonly kind: Store['kind'];
  readonly data: string;
  readonly emits: readonly Emission[];
  readonly reacts: readonly string[];
}

export const words = (text: string): readonly string[] => text.split(' ');

export const emit = (verb: string, fields: Readonly<Record<string, FieldType>>, why: string): Emission => ({
  verb,
  fields,
  why,
});
