/**
 * Adding an agent, as a person does it: the folder is put into a copy of the repository, the registry is written there,
 * and both profiles are synthesised before and after. The templates differ by what belongs to the agent, and by nothing
 * else. `npm run test:infra`.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const agent = 'word-count';

/** What the CDK app and `npm run registry` read. */
const needed = [
  'adapters',
  'agents',
  'cdk.json',
  'core',
  'functions',
  'infra',
  'package.json',
  'scripts/generate-registry.ts',
  'tsconfig.json',
  'workflows',
  '.prettierrc.json',
];

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}
/** By stack, without the profile's name in it. */
type Templates = ReadonlyMap<string, Template>;

let copy: string;
before(() => {
  mkdirSync(join(root, '.cache'), { recursive: true });
  copy = mkdtempSync(join(root, '.cache', 'new-agent-'));
  for (const path of needed) cpSync(join(root, path), join(copy, path), { recursive: true });
  cpSync(join(import.meta.dirname, 'new-agent', 'synthesise.ts'), join(copy, 'synthesise.ts'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
});
after(() => rmSync(copy, { recursive: true, force: true }));

describe('a folder added to agents/', () => {
  const profiles = ['dev', 'prod'] as const;
  const without = new Map<string, Templates>();
  const withIt = new Map<string, Templates>();
  before(() => {
    synthesise(without, 'without');
    cpSync(join(import.meta.dirname, 'new-agent', agent), join(copy, 'agents', agent), { recursive: true });
    run('scripts/generate-registry.ts');
    // Its code is built as well; before, a stand-in serves: what is compared has digests left out.
    synthesise(withIt, 'with', '--bundled');
  });

  for (const profile of profiles) {
    const both = (): readonly (readonly [stack: string, before: Template, after: Template])[] =>
      [...read(without, profile)].map(([stack, template]) => {
        const later = read(withIt, profile).get(stack);
        assert.ok(later, stack);
        return [stack, template, later] as const;
      });

    it(`adds its topic, function, mapping, permissions, alarms and log group in ${profile}`, () => {
      const added = both().flatMap(([stack, before, after]) =>
        Object.entries(after.Resources)
          .filter(([id]) => !Object.hasOwn(before.Resources, id))
          .map(([id, resource]) => ({ stack, id, resource })),
      );
      assert.deepEqual(added.map(({ stack, resource }) => `${stack}: ${resource.Type}`).sort(), [
        'messaging: AWS::MSK::Topic',
        ...Array<string>(4).fill('observability: AWS::CloudWatch::Alarm'),
        // Of log lines, for two of the alarms.
        ...Array<string>(2).fill('observability: AWS::Logs::MetricFilter'),
        'orchestration: AWS::IAM::Policy',
        'orchestration: AWS::IAM::Role',
        'orchestration: AWS::Lambda::EventSourceMapping',
        'orchestration: AWS::Lambda::Function',
        'orchestration: AWS::Logs::LogGroup',
      ]);
      // Each is of this agent: its name is in it, or in what it belongs to.
      for (const { id, resource } of added)
        assert.match(`${id} ${JSON.stringify(resource)}`, /word-?count/i, id);
    });

    it(`changes nothing else in ${profile} but who may write to its topic, and what shows it`, () => {
      const changed = both().flatMap(([stack, before, after]) => {
        assert.deepEqual(
          Object.keys(before.Resources).filter((id) => !Object.hasOwn(after.Resources, id)),
          [],
          stack,
        );
        return Object.entries(before.Resources)
          .filter(([id, resource]) => !same(resource, after.Resources[id]))
          .map(([id, { Type }]) => `${stack}: ${Type} ${id.replace(/[0-9A-F]{8}$/, '')}`);
      });
      assert.deepEqual(changed.sort(), [
        'observability: AWS::CloudWatch::Dashboard Dashboard',
        // It describes every topic, and reads none.
        'orchestration: AWS::IAM::Policy operatorFunctionServiceRoleDefaultPolicy',
        'orchestration: AWS::IAM::Policy orchestratorFunctionServiceRoleDefaultPolicy',
      ]);
    });
  }
});

const read = (found: ReadonlyMap<string, Templates>, profile: string): Templates => {
  const templates = found.get(profile);
  assert.ok(templates, profile);
  return templates;
};

/** Code is told by its digest, and the functions that know the agents carry the new one's manifest: left out. */
const same = (a: unknown, b: unknown): boolean => text(a) === text(b);
const text = (value: unknown): string => JSON.stringify(value).replaceAll(/\b[0-9a-f]{64}\b/g, '<digest>');

function synthesise(into: Map<string, Templates>, name: string, ...options: readonly string[]): void {
  const output = join(copy, 'cdk.out', name);
  run('synthesise.ts', output, ...options);
  for (const profile of ['dev', 'prod']) {
    const files = globSync('*.template.json', { cwd: join(output, profile) });
    assert.equal(files.length, 5);
    const templates = files.map((file): [string, Template] => [
      basename(file, '.template.json').replace(`baton-${profile}-`, ''),
      JSON.parse(readFileSync(join(output, profile, file), 'utf8')) as Template,
    ]);
    into.set(profile, new Map(templates));
  }
}

function run(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
  assert.equal(status, 0, `${args.join(' ')}: ${stderr}`);
}
