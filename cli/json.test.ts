/** Every answer in JSON against its published schema. One folder and one command after another: spawning costs most. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type Command } from 'commander';
import { pathOf } from './command.ts';
import { createOutput } from './output.ts';
import { buildProgram } from './program.ts';
import { openScene, type Scene } from './scene.fixture.ts';
import { schemaFileOf, shapes } from './shapes/shapes.ts';
import { baton, root } from './spawn.fixture.ts';

const ajv = new Ajv2020({ strict: false, allErrors: false });
const validators = new Map<string, ValidateFunction>();
function validatorOf(command: string): ValidateFunction {
  const file = join(root, 'schemas/cli', schemaFileOf(command));
  const validate = validators.get(command) ?? ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  validators.set(command, validate);
  return validate;
}

let scene: Scene;
before(async () => {
  scene = await openScene();
});
after(() => scene.remove());

/** What is asked of each command, and the exit code it gives; several for those that answer in several ways. */
const asked = (): readonly (readonly [command: string, args: readonly string[], code: number])[] => [
  ['run', ['design-and-provision'], 0],
  ['run', [scene.file, '-i', 'idea=A choir'], 1],
  ['run', ['design-and-provision', '--detach'], 3],
  ['runs list', [], 0],
  ['runs get', [scene.completed.run], 0],
  ['runs get', [scene.failed.run], 0],
  ['runs watch', [scene.failed.run], 1],
  ['runs retry', [scene.failed.run], 1],
  // Of a run that may yet begin; nobody hosts.
  ['runs cancel', ['0'.repeat(26)], 3],
  ['approve', ['0'.repeat(26), 'ok'], 3],
  ['reject', ['0'.repeat(26), 'ok', '--comment', 'no'], 3],
  ['events publish', ['examples/request.json'], 0],
  ['events tail', ['--topic', 'response', '--no-follow'], 0],
  ['events tail', ['--topic', 'dlq', '--no-follow'], 0],
  ['dlq list', [], 0],
  ['dlq show', ['@last'], 0],
  ['dlq redrive', ['@last'], 0],
  ['dlq redrive', ['@last'], 0],
  ['dlq list', [], 0],
  ['topics list', [], 0],
  ['topics create', [], 0],
  ['logs', [], 0],
  ['trace', [scene.completed.run], 0],
  ['trace', [scene.failed.run], 0],
  ['validate', ['workflows/design-and-provision.yaml'], 0],
  ['validate', ['package.json'], 2],
  ['plan', ['design-and-provision'], 0],
  ['simulate', ['design-and-provision', '--seeds', '5'], 0],
  ['simulate', ['design-and-provision', '--seed', '2'], 0],
  ['agents list', [], 0],
  ['agents get', ['app-designer'], 0],
  ['agents invoke', ['app-designer', '-i', 'idea=A choir'], 0],
  ['agents invoke', ['kafka-expert', '-i', 'design={}'], 2],
  ['recover', [], 0],
  ['doctor', [], 0],
  ['setup', [], 0],
  ['workflows list', [], 0],
  ['workflows register', ['workflows/design-and-provision.yaml'], 0],
  ['workflows activate', ['design-and-provision@1.0.0'], 0],
];

describe('--json', () => {
  it('has a published schema for every command that takes it', () => {
    const takers = (command: Command): readonly string[] => [
      ...(command.options.some(({ long }) => long === '--json') ? [pathOf(command)] : []),
      ...command.commands.flatMap(takers),
    ];
    const program = buildProgram(createOutput({}), async () => undefined);
    assert.deepEqual([...takers(program)].sort(), Object.keys(shapes).sort());
  });

  it('gives what the schema of the command says', async () => {
    const seen = new Set<string>();
    for (const [command, args, code] of asked()) {
      const ended = await baton([...command.split(' '), ...args, '--json'], { dataDir: scene.dataDir });
      assert.equal(ended.code, code, `${command} ${args.join(' ')}: ${ended.stderr}`);
      check(command, ended.stdout);
      seen.add(command);
    }
    assert.deepEqual([...seen].sort(), Object.keys(shapes).sort());
  });

  it('refuses what the schema does not say, so that these tests can fail', () => {
    assert.equal(validatorOf('runs list')([{ run: 'x' }]), false);
    const recovered = { runs: 1, effects: 1, released: 1, unreadable: [] };
    assert.equal(validatorOf('recover')({ ...recovered, more: 1 }), false);
  });
});

function check(command: string, stdout: string): void {
  const validate = validatorOf(command);
  const lines = stdout.trimEnd().split('\n');
  if (shapes[command]?.form === 'document') assert.equal(lines.length, 1, command);
  for (const line of lines) {
    const fits = validate(JSON.parse(line));
    assert.ok(fits, `${command}: ${ajv.errorsText(validate.errors)} in ${line.slice(0, 400)}`);
  }
}
