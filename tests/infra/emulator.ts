/**
 * Both profiles deployed, `npm run test:infra`, to moto in CloudFormation's place. It makes what it knows; the rest is
 * listed in `emulator/refused.ts`, left out, and compared.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { buildTestSystem } from '#infra/fixtures/system.ts';
import { dev, prod, type Profile } from '#infra/profiles.ts';
import { startMoto, type Emulator } from './emulator/moto.ts';
import { reduceTemplate, type Resource, type Template } from './emulator/reduce-template.ts';
import { unknown, unserved } from './emulator/refused.ts';
import { deploy, prepare, resourcesOf } from './emulator/stacks.ts';

const root = join(import.meta.dirname, '..', '..');

const without = new Set([...Object.keys(unknown), ...Object.keys(unserved)]);

interface Synthesised {
  readonly assembly: string;
  /** By stack, in the order in which they need each other. */
  readonly templates: ReadonlyMap<string, Template>;
}

/** With stub code: what functions run is nothing to CloudFormation. */
function synthesise(profile: Profile): Synthesised {
  const { directory, stacks } = buildTestSystem({ profile }).app.synth();
  return {
    assembly: directory,
    templates: new Map(stacks.map(({ stackName, template }) => [stackName, template as Template])),
  };
}

const typesOf = ({ Resources }: Template): Record<string, string> =>
  Object.fromEntries(Object.entries(Resources).map(([id, { Type }]) => [id, Type]));

describe('CloudFormation, emulated', () => {
  const systems = [dev, prod].map((profile) => [profile.name, synthesise(profile)] as const);
  const folder = mkdtempSync(join(tmpdir(), 'baton-emulator-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  let moto: Emulator;
  beforeEach(async () => {
    moto = await startMoto();
  });
  afterEach(() => moto.stop());

  for (const [profile, { assembly, templates }] of systems)
    it(`makes every resource of ${profile} whose type it serves, with the code that was published`, async () => {
      await prepare(moto, assembly, [...templates.keys()]);
      for (const [stack, template] of templates) {
        const reduced = reduceTemplate(template, without);
        assert.deepEqual(await deploy(moto, stack, reduced), typesOf(reduced), stack);
      }
    });

  it('knows none of the types that are listed as unknown, all of which are in the templates', async () => {
    const all = systems.flatMap(([, { templates }]) => [...templates.values()]);
    const held = new Set(all.flatMap((template) => Object.values(typesOf(template))));
    assert.deepEqual([...without].filter((type) => !held.has(type)), []); // prettier-ignore
    const probes = Object.keys(unknown).map((Type, index): [string, Resource] => [`Probe${index}`, { Type }]);
    const made = await deploy(moto, 'probes', { Resources: Object.fromEntries(probes) });
    assert.deepEqual(made, {}, 'these are made now: take them out of tests/infra/emulator/refused.ts');
  });

  it('is deployed to by npm run deploy:localstack, from bootstrap to the last stack', async () => {
    const { assembly, templates } = synthesise(dev);
    const reduced = join(folder, 'reduced');
    cpSync(assembly, reduced, { recursive: true });
    for (const [stack, template] of templates)
      writeFileSync(
        join(reduced, `${stack}.template.json`),
        JSON.stringify(reduceTemplate(template, without)),
      );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['scripts/deploy-localstack.ts', '--app', reduced, '--method', 'direct'],
      {
        cwd: root,
        encoding: 'utf8',
        // moto keeps the exports of stacks that are made at once, not by change sets; and looks for the name of a bucket
        // in the path only of an endpoint that is called localhost.
        env: { ...process.env, AWS_ENDPOINT_URL: moto.endpoint.replace('127.0.0.1', 'localhost') },
      },
    );
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    for (const [stack, template] of templates)
      assert.deepEqual(await resourcesOf(moto, stack), typesOf(reduceTemplate(template, without)), stack);
  });
});
