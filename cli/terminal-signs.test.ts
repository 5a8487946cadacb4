/** Texts of agents, of starts and of whoever decides are shown, and do nothing to the terminal that shows them. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { baton, temporaryFolder } from './spawn.fixture.ts';

const folder = temporaryFolder();
const dataDir = join(folder.path, 'data');
const at = (...args: readonly string[]) => baton(args, { dataDir });
const file = join(folder.path, 'hostile.yaml');
const idea = 'A \u001b[2J\u001b]0;title\u0007 \u009b2J \u007f\r idea';

const workflow = String.raw`name: hostile
version: '1.0.0'
inputs:
  idea: string
steps:
  agree:
    approval: { to: "owner \e[2J \x9b1m", prompt: 'Go on with \${{ inputs.idea }}?' }
outputs:
  idea: \${{ inputs.idea }}
`.replaceAll('\\$', '$');

const write = (name: string, event: object): string => {
  const path = join(folder.path, name);
  writeFileSync(path, JSON.stringify({ specversion: '1.0', source: '/test', ...event }));
  return path;
};

/** What a terminal obeys. */
function assertHarmless({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): void {
  const signs = `${stdout}${stderr}`.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g) ?? [];
  assert.deepEqual(
    signs.map((sign) => JSON.stringify(sign)),
    [],
    JSON.stringify(`${stdout}${stderr}`),
  );
}

let run = '';
before(async () => {
  writeFileSync(file, workflow);
  const started = await at('run', file, '-i', `idea=${idea}`);
  assert.equal(started.code, 3, started.stderr);
  assertHarmless(started);
  run = (JSON.parse(started.stdout) as { readonly run: string }).run;
});
after(() => folder.remove());

describe('control characters of others', () => {
  it('are not written by plan', async () => {
    const planned = await at('plan', file);
    assert.match(planned.stdout, /agree {2}approval by owner/);
    assertHarmless(planned);
    assertHarmless(await at('plan', file, '--json'));
  });

  it('are not written by whatever shows a run', async () => {
    const decided = await at('approve', run, 'agree', '--by', 'eve', '--comment', idea);
    assert.equal(decided.code, 3, decided.stderr);
    assertHarmless(decided);
    // A host works on all runs that wait.
    assertHarmless(await at('run', file, '-i', 'idea=next'));
    assert.match((await at('runs', 'get', run)).stdout, /approved by eve/);
    for (const args of [['get'], ['get', '--json'], ['watch'], ['watch', '--json']]) {
      const [verb = '', ...options] = args;
      const shown = await at('runs', verb, run, ...options);
      assert.match(shown.stdout, /title/);
      assertHarmless(shown);
    }
    const { input } = JSON.parse((await at('runs', 'get', run, '--json')).stdout) as { input: object };
    assert.deepEqual(input, { idea });
  });

  it('are not written by the list of runs, whatever workflow was asked for', async () => {
    const type = 'dev.baton.workflow.requested.v1';
    const start = write('start.json', { id: 's', type, data: { workflow: `no${idea}`, input: {} } });
    assertHarmless(await at('events', 'publish', start));
    assertHarmless(await at('run', file, '-i', 'idea=next'));
    for (const options of [[], ['--json']]) {
      const listed = await at('runs', 'list', ...options);
      assert.match(listed.stdout, /title/);
      assertHarmless(listed);
    }
  });
});
