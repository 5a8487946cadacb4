import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { baton, hasStack, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
const dataDir = join(folder.path, 'data');
after(() => folder.remove());
const invoke = (...args: readonly string[]) => baton(['agents', 'invoke', ...args], { dataDir });

describe('agents invoke', () => {
  it('calls an agent once and prints its output; no run, no data folder', async () => {
    const fixture = 'agents/terraform-generator/fixtures/parcels.input.json';
    const [app, terraform] = await Promise.all([
      invoke('app-designer', '-i', 'idea=A parcel tracking service', '--quiet'),
      invoke('terraform-generator', '-f', fixture, '--json'),
    ]);
    assert.equal(app.code, 0, app.stderr);
    assert.match((JSON.parse(app.stdout) as { name: string }).name, /parcel/);
    assert.match(app.stderr, /scripted model answered/);
    const answer = JSON.parse(terraform.stdout) as { agent: string; status: string; usage?: object };
    assert.deepEqual([answer.agent, answer.status], ['terraform-generator', 'completed']);
    assert.equal(existsSync(dataDir), false);
  });

  it('checks input as a task of a run does: AGENT_INPUT_INVALID, exit 2', async () => {
    const { code, stdout, stderr } = await invoke('kafka-expert', '-i', 'design={"name":"x"}');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^error\[AGENT_INPUT_INVALID\]: .*kafka-expert[^]*expected/);
  });

  it('explains an unknown agent, an unknown member, a wrong type and no input at all, exit 2', async () => {
    const wrong: readonly (readonly [args: readonly string[], expected: RegExp])[] = [
      [['app-desiner', '-i', 'idea=x'], /AGENT_UNKNOWN[^]*did you mean 'app-designer'/],
      [['app-designer', '-i', 'ideas=x'], /INPUT_UNKNOWN[^]*did you mean 'idea'/],
      [['kafka-expert', '-i', 'design=x'], /INPUT_INVALID[^]*object, as kafka-expert declares it/],
      [['app-designer'], /INPUT_MISSING[^]*idea \(string\)[^]*-i name=value/],
    ];
    for (const [args, expected] of wrong) {
      const { code, stdout, stderr } = await invoke(...args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, expected);
      assert.equal(hasStack(stderr), false);
    }
  });

  it('tells the typed failure of the model, exit 1', async () => {
    const env = { OPENAI_API_KEY: 'sk-test-not-a-real-key', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' };
    const { code, stderr } = await baton(['agents', 'invoke', 'app-designer', '-i', 'idea=x'], { env });
    assert.equal(code, 1);
    assert.match(stderr, /^error\[LLM_UPSTREAM\]/m);
    assert.doesNotMatch(stderr, /sk-test/);
  });
});
