/**
 * The model that asks nobody: the agent's own scripted answers, checked like any other answer.
 * Its name is `scripted` wherever it shows, and it uses no tokens.
 */
import { AgentFailure, type OpenModel } from '#core/agent/contract.ts';
import { failure } from '#core/failure.ts';
import { parseAnswer, unfitFailure } from './model-answer.ts';

export const scriptedName = 'scripted';

export const openScripted: OpenModel = ({ scripted, signal }) => {
  let calls = 0;
  const usage = () => ({ model: scriptedName, inputTokens: 0, outputTokens: 0, calls });
  return {
    name: scriptedName,
    usage,
    ask: async (request) => {
      signal.throwIfAborted();
      calls += 1;
      if (scripted === undefined) throw new AgentFailure(noAnswers);
      const answer = parseAnswer(JSON.stringify(scripted(request)), request);
      if (!answer.ok) throw new AgentFailure({ ...unfitFailure(answer.problem, request), retryable: false });
      return { value: answer.value, usage: { ...usage(), calls: 1 } };
    },
  };
};

const noAnswers = failure(
  'SECRET_MISSING',
  'no model can be asked: got no OPENAI_API_KEY, expected one, since this agent has no scripted answers. Set OPENAI_API_KEY, or give the agent `scripted`.',
);
