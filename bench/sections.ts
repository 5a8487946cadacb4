/** What can be measured, by name. Each section opens what it needs and closes it again. */
import { measureBadInput, badInputText } from './bad-input.ts';
import { commandLineText, measureCommandLine } from './command-line.ts';
import { embeddedText, measureEmbedded } from './embedded.ts';
import { growthText, measureGrowth } from './growth.ts';
import { measureMemory, memoryText } from './memory.ts';
import { measureServices, servicesText } from './services.ts';
import { measureSimulator, simulatorText } from './simulator.ts';

export interface Section {
  /** Measured where no section is named. */
  readonly always: boolean;
  readonly measure: (quick: boolean) => Promise<{ readonly data: unknown; readonly text: string }>;
}

const section = <T>(
  always: boolean,
  measure: (quick: boolean) => T | Promise<T>,
  textOf: (data: T) => string,
): Section => ({
  always,
  measure: async (quick) => {
    const data = await measure(quick);
    return { data, text: textOf(data) };
  },
});

export const sections = {
  embedded: section(true, measureEmbedded, embeddedText),
  growth: section(true, measureGrowth, growthText),
  simulator: section(true, measureSimulator, simulatorText),
  'command-line': section(true, (quick) => measureCommandLine(quick ? 10 : 30), commandLineText),
  'bad-input': section(true, measureBadInput, badInputText),
  /** Minutes: 100,000 runs. */
  memory: section(false, measureMemory, memoryText),
  /** Needs KAFKA_BOOTSTRAP_SERVERS and MONGODB_URI. */
  services: section(false, measureServices, servicesText),
} as const satisfies Readonly<Record<string, Section>>;

export type SectionName = keyof typeof sections;
