/**
 * What AWS documents of Kafka event source mappings, held against the local invoker, one case for each rule. A log that
 * can give an `EsmSubject` is held to the same cases.
 */
import { test } from 'node:test';
import { type Closable, contractSuite } from '#tests/contract/contract-suite.ts';
import { answerCases } from './answer-cases.ts';
import { awsPages } from './aws-pages.ts';
import { batchCases } from './batch-cases.ts';
import { type EsmCase } from './esm-case.ts';
import { eventCases } from './event-cases.ts';
import { failureCases } from './failure-cases.ts';
import { offsetCases } from './offset-cases.ts';
import { payloadCases } from './payload-cases.ts';
import { settingCases } from './setting-cases.ts';
import { type OpenSubject } from './subject.ts';
import { type EsmWorld, openWorld } from './world.ts';

/** In the order of the table in `docs/explanation/the-invoker.md`. */
export const esmCases: readonly EsmCase[] = [
  ...eventCases,
  ...batchCases,
  ...payloadCases,
  ...answerCases,
  ...failureCases,
  ...offsetCases,
  ...settingCases,
];

export function testEsmConformance(name: string, subject: OpenSubject): void {
  contractSuite<Closable & EsmWorld>(
    name,
    () => openWorld(subject),
    (world) => {
      for (const { name: sentence, page, run } of esmCases)
        test(`${sentence} [${awsPages[page].title}]`, () => run(world()));
    },
  );
}
