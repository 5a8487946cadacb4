import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { threadStarter } from '#adapters/worker-thread.ts';
import { type RegisteredAgent } from '#core/agent/contract.ts';
import { defineAgent } from '#core/agent/define-agent.ts';
import { type TaskOutcome } from '#core/event-data.ts';
import { type Logger } from '#core/ports.ts';
import { type FromThread, type ToThread } from '#functions/local-agents/thread.ts';
import { callOnce } from './call-once.ts';

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };
const startThread = threadStarter<ToThread, FromThread>({
  entry: new URL(import.meta.resolve('#functions/local-agents/fixtures/worker.ts')),
});

/** In a thread, the fixture's agent answers in its place. */
const agentThat = (
  transport: 'kafka' | 'local',
  timeoutMs: number,
  run: () => Promise<unknown>,
): RegisteredAgent => ({
  manifest: {
    name: 'sample',
    version: '1.0.0',
    description: 'A sample.',
    transport,
    owner: 'tests',
    timeoutMs,
    onRedelivery: 'once',
  },
  agent: defineAgent({
    name: 'sample',
    description: 'A sample.',
    version: '1.0.0',
    input: z.unknown(),
    output: z.unknown(),
    run,
  }),
});

function call(agent: RegisteredAgent, text: string, interrupted?: AbortSignal): Promise<TaskOutcome> {
  const model = () => {
    throw new Error('no model here');
  };
  const threads = { startThread, logger: silent };
  return callOnce({ model, secret: () => undefined, threads, ...(interrupted && { interrupted }) }, agent, {
    task: { id: 'sample:1', runId: 'sample', step: 'sample', attempt: 1, secrets: [] },
    input: { text },
    logger: silent,
  });
}

const codeOf = (outcome: TaskOutcome): string =>
  outcome.status === 'failed' ? outcome.failure.code : outcome.status;
const never = (): Promise<unknown> => new Promise(() => undefined);

describe('one call of an agent', () => {
  it('ends with its time where the agent waits for what never comes', async () => {
    assert.equal(codeOf(await call(agentThat('kafka', 20, never), '')), 'AGENT_TIMEOUT');
  });

  it('ends with its time where an agent of transport local loops', async () => {
    assert.equal(codeOf(await call(agentThat('local', 1_000, never), 'loop')), 'AGENT_TIMEOUT');
  });

  it('says of an agent of transport local that it ended its thread', async () => {
    assert.equal(codeOf(await call(agentThat('local', 60_000, never), 'exit')), 'AGENT_CRASHED');
  });

  it('ends when it is interrupted, also in a loop', async () => {
    const looping = call(agentThat('local', 60_000, never), 'loop', AbortSignal.timeout(1_000));
    assert.equal((await looping).status, 'failed');
  });
});
