/** What can be measured, by name. Each section opens what it needs and closes it again. */
import { measureBadInput, badInputText } from './bad-input.ts';
import { bundlesText, measureBundles } from './bundles.ts';
import { commandLineText, measureCommandLine } from './command-line.ts';
import { costText, countCosts } from './cost.ts';
import {
  countsTable,
  embeddedTable,
  growthTable,
  memoryTable,
  type Part,
  servicesTable,
} from './cost-page.ts';
import { embeddedText, measureEmbedded } from './embedded.ts';
import { growthText, measureGrowth } from './growth.ts';
import { measureMemory, memoryText } from './memory.ts';
import { measureServices, servicesText } from './services.ts';
import { measureSimulator, simulatorText } from './simulator.ts';

export interface Section {
  /** Measured where no section is named. */
  readonly always: boolean;
  readonly measure: (quick: boolean) => Promise<Measured>;
  /** Where it stands in docs/reference/cost-of-a-step.md. */
  readonly part?: Part;
}

export interface Measured {
  readonly data: unknown;
  readonly text: string;
  /** For its part of the page. */
  readonly table?: string;
}

const section = <T>(
  always: boolean,
  measure: (quick: boolean) => T | Promise<T>,
  textOf: (data: T) => string,
  page?: readonly [part: Part, tableOf: (data: T) => string],
): Section => ({
  always,
  measure: async (quick) => {
    const data = await measure(quick);
    return { data, text: textOf(data), ...(page && { table: page[1](data) }) };
  },
  ...(page && { part: page[0] }),
});

export const sections = {
  cost: section(true, () => countCosts(), costText, ['counts', countsTable]),
  embedded: section(true, measureEmbedded, embeddedText, ['embedded', embeddedTable]),
  growth: section(true, measureGrowth, growthText, ['growth', growthTable]),
  simulator: section(true, measureSimulator, simulatorText),
  'command-line': section(true, (quick) => measureCommandLine(quick ? 10 : 30), commandLineText),
  'bad-input': section(true, measureBadInput, badInputText),
  /** Builds them first. */
  bundles: section(false, measureBundles, bundlesText),
  /** Minutes: 100,000 runs. */
  memory: section(false, measureMemory, memoryText, ['memory', memoryTable]),
  /** Needs KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI. */
  services: section(false, measureServices, servicesText, ['services', servicesTable]),
} as const satisfies Readonly<Record<string, Section>>;

export type SectionName = keyof typeof sections;
