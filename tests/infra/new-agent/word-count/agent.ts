/** Counts the words of a text: an agent that a test adds to a copy of the repository. */
import { z } from 'zod';
import { defineAgent } from '#core/agent/define-agent.ts';

export const agent = defineAgent({
  name: 'word-count',
  description: 'Counts the words of a text.',
  version: '1.0.0',
  input: z.object({ text: z.string() }),
  output: z.object({ words: z.number().int() }),
  run: ({ text }) => Promise.resolve({ words: text.split(/\s+/).filter((word) => word !== '').length }),
});
