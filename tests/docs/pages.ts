/** `npm run test:docs`: every page that tells its reader what to type, done as it says. Not part of `npm test`: minutes. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { scriptedDesign } from '#agents/app-designer/scripted.ts';
import { scriptedLayout } from '#agents/kafka-expert/scripted.ts';
import { scriptedPlan } from '#agents/terraform-generator/scripted.ts';
import { runMarkdown } from './run-markdown.ts';

describe('what the pages tell to type', { concurrency: 2 }, () => {
  it('leads from a clone to a workflow of one’s own', () => runMarkdown('docs/tutorial/first-workflow.md'));
  it('makes an agent', () => runMarkdown('docs/how-to/write-an-agent.md'));
  it('makes a workflow', () => runMarkdown('docs/how-to/write-a-workflow.md'));
  it('asks a person', () => runMarkdown('docs/how-to/ask-a-person.md'));
  it('shows what happened', () => runMarkdown('docs/how-to/see-what-happened.md'));
  it('starts from the README', () => runMarkdown('README.md'));

  it('uses a real model, here one on loopback', async () => {
    const provider = await startProvider();
    try {
      await runMarkdown('docs/how-to/use-a-real-model.md', {
        env: { OPENAI_API_KEY: 'sk-test-0123456789abcdef', OPENAI_BASE_URL: `${provider.url}/v1` },
      });
      assert.ok(provider.getRequests().length >= 5, 'the model was asked by the commands of the page');
    } finally {
      await provider.stop();
    }
  });
});

it('no page that tells to type something is left out', () => {
  const root = join(import.meta.dirname, '..', '..');
  const own = readFileSync(import.meta.filename, 'utf8');
  const elsewhere = [
    // Its programs and events are run by tests/docs.test.ts.
    'docs/how-to/write-an-agent-in-another-language.md',
    // Needs Kafka and MongoDB: tests/services/pages.test.ts.
    'docs/how-to/run-on-kafka-and-mongodb.md',
    // Need an AWS account.
    'docs/how-to/answer-an-alarm.md',
    'docs/how-to/deploy-to-aws.md',
  ];
  const pages = globSync(['docs/tutorial/*.md', 'docs/how-to/*.md'], { cwd: root });
  assert.deepEqual(
    pages.filter((page) => !elsewhere.includes(page) && !own.includes(`runMarkdown('${page}'`)),
    [],
  );
});

/** Answers, by the schema that is asked for, as the agents' own rules would for the idea of the page. */
async function startProvider(): Promise<LLMock> {
  const design = scriptedDesign('A parcel tracking app with live updates');
  const answers: Readonly<Record<string, unknown>> = {
    design,
    kafka_layout: scriptedLayout(design),
    terraform_plan: scriptedPlan(design),
  };
  const mock = new LLMock({ port: 0 });
  for (const [schema, answer] of Object.entries(answers))
    mock.on({ predicate: (request) => schemaOf(request) === schema }, { content: JSON.stringify(answer) });
  await mock.start();
  return mock;
}

const schemaOf = (request: { readonly response_format?: unknown }): string | undefined =>
  (request.response_format as { readonly json_schema?: { readonly name?: string } } | undefined)?.json_schema
    ?.name;
