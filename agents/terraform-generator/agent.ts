/** Turns an application design into Terraform for AWS. */
import { answerSchema } from '#core/agent/answer-schema.ts';
import { AgentFailure } from '#core/agent/contract.ts';
import { defineAgent } from '#core/agent/define-agent.ts';
import { input, output, plan, planProblems } from './contract.ts';
import { terraformOf, terraformProblems } from './files.ts';
import { prompt } from './prompt.ts';
import { scriptedPlan } from './scripted.ts';

const answer = answerSchema(plan);

export const agent = defineAgent({
  name: 'terraform-generator',
  description:
    'Turns an application design into Terraform for AWS that names every service, store and event of it.',
  version: '1.0.0',
  input,
  output,
  async run({ design }, ctx) {
    const { value } = await ctx.model.ask({
      name: 'terraform_plan',
      system: prompt,
      user: JSON.stringify({ design }),
      input: { design },
      schema: answer.json,
      check: (asked) => {
        const problems = answer.problems(asked);
        return problems.length > 0 ? problems : planProblems(design, answer.parse(asked));
      },
    });
    ctx.progress(0.8, 'writing the files');
    const terraform = terraformOf(design, answer.parse(value));
    const problems = terraformProblems(design, terraform);
    if (problems.length > 0) {
      const message = `the Terraform files are not complete: ${problems[0]}. Expected every element of the design, brackets balanced; report it with the design.`;
      throw new AgentFailure({ code: 'AGENT_OUTPUT_INVALID', message, retryable: false, details: problems });
    }
    return terraform;
  },
  scripted: ({ input: asked }) => scriptedPlan(input.parse(asked).design),
});
