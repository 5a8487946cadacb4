/** Turns an idea into a typed application design. */
import * as z from 'zod';
import { answerSchema } from '#core/agent/answer-schema.ts';
import { defineAgent } from '#core/agent/define-agent.ts';
import { applicationDesign } from '../application-design.ts';
import { prompt } from './prompt.ts';
import { scriptedDesign } from './scripted.ts';

const input = z.strictObject({
  idea: z.string().regex(/\S/, 'an idea in words').max(20_000),
});
const answer = answerSchema(applicationDesign);

export const agent = defineAgent({
  name: 'app-designer',
  description: 'Turns an idea into a typed application design: services, stores, events, requirements.',
  version: '1.0.0',
  input,
  output: applicationDesign,
  async run({ idea }, ctx) {
    const { value } = await ctx.model.ask({
      name: 'design',
      system: prompt,
      user: JSON.stringify({ idea }),
      input: { idea },
      schema: answer.json,
      check: answer.problems,
    });
    return answer.parse(value);
  },
  scripted: ({ input: asked }) => scriptedDesign(input.parse(asked).idea),
});
