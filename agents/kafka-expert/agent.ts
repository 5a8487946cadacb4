/** Turns an application design into a Kafka layout: a topic for each event, with its reasons. */
import { answerSchema } from '#core/agent/answer-schema.ts';
import { defineAgent } from '#core/agent/define-agent.ts';
import { input, layoutPlan, layoutProblems, output } from './contract.ts';
import { layoutOf } from './layout.ts';
import { prompt } from './prompt.ts';
import { scriptedLayout } from './scripted.ts';

const answer = answerSchema(layoutPlan);

export const agent = defineAgent({
  name: 'kafka-expert',
  description:
    'Turns an application design into topics with partitions, retention, keys, schemas, groups and reasons.',
  version: '1.0.0',
  input,
  output,
  async run({ design }, ctx) {
    const { value } = await ctx.model.ask({
      name: 'kafka_layout',
      system: prompt,
      user: JSON.stringify({ design }),
      input: { design },
      schema: answer.json,
      check: (asked) => {
        const problems = answer.problems(asked);
        return problems.length > 0 ? problems : layoutProblems(design, answer.parse(asked));
      },
    });
    return layoutOf(design, answer.parse(value));
  },
  scripted: ({ input: asked }) => scriptedLayout(input.parse(asked).design),
});
