/**
 * The app as people synthesise it, `npm run test:infra`: every profile with AWS's own rules (cdk-nag) and checks, then
 * cfn-lint over every template. Rules that do not fit are counted: one more is a decision.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { acknowledgements } from '#infra/constructs/acknowledge.ts';
import { buildTestSystem } from '#infra/fixtures/system.ts';

const root = join(import.meta.dirname, '..', '..');
const variants: readonly (readonly string[])[] = [
  ['-c', 'profile=dev'],
  ['-c', 'profile=prod'],
  ['-c', 'profile=dev', '-c', 'kafka=msk-serverless'],
];

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-synth-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('cdk synth', () => {
  for (const [index, variant] of variants.entries()) {
    it(`of ${variant.join(' ')} breaks no rule of cdk-nag and of ours`, () => {
      const output = join(folder, String(index));
      const args = ['cdk', 'synth', '--quiet', '--output', output, ...variant];
      const { status, stdout, stderr } = spawnSync('npx', args, { cwd: root, encoding: 'utf8' });
      assert.equal(status, 0, `${stdout}\n${stderr}`);
      assert.doesNotMatch(`${stdout}\n${stderr}`, /^ERROR /m);
      assert.equal(globSync('*.template.json', { cwd: output }).length, 5);
    });

    it(`of ${variant.join(' ')} gives templates that cfn-lint takes`, () => {
      const templates = globSync('*.template.json', { cwd: join(folder, String(index)) });
      const files = templates.map((file) => join(folder, String(index), file));
      const { error, status, stdout } = spawnSync('cfn-lint', files, { cwd: root, encoding: 'utf8' });
      assert.equal(
        error,
        undefined,
        'cfn-lint could not be started: got no such command, expected it on the PATH. Install it: python3 -m venv .cache/python && .cache/python/bin/pip install -r tests/infra/emulator/requirements.txt, and put .cache/python/bin on the PATH',
      );
      assert.equal(status, 0, stdout);
    });
  }

  it('writes no secret and no account into a template', () => {
    for (const file of globSync('*/*.template.json', { cwd: folder })) {
      const text = readFileSync(join(folder, file), 'utf8');
      assert.doesNotMatch(text, /\bAKIA[0-9A-Z]{16}\b|mongodb:\/\/[^"]*:[^"]*@/);
      // CloudFormation itself looks up one secret: what the database is created with.
      for (const { index } of text.matchAll(/\{\{resolve:secretsmanager:/g))
        assert.match(text.slice(index - 120, index), /"MasterUser(?:name|Password)"/, file);
    }
  });
});

describe('rules that do not fit', () => {
  it('are acknowledged as often as this says', () => {
    const { app } = buildTestSystem();
    // One rule may have several reasons.
    const nameOf = (rule: string, why: unknown): string | undefined =>
      Object.entries(acknowledgements).find(
        ([, { rules, reason }]) => (rules as readonly string[]).includes(rule) && reason === why,
      )?.[0];
    const counts: Record<string, number> = {};
    for (const construct of app.node.findAll())
      for (const { type, data } of construct.node.metadata) {
        if (!type.includes('acknowledge')) continue;
        for (const [id, why] of Object.entries(data as object)) {
          const rule = id.replace(/^Annotation::/, '');
          const name = /^AwsSolutions-IAM5\[Resource::<.*\.Arn>:\*\]$/.test(rule)
            ? 'versions'
            : nameOf(rule, why);
          // What CDK acknowledges of its own templates is its own affair.
          if (name === undefined && rule.startsWith('CloudFormation-Validate::')) continue;
          assert.ok(name, `${rule} has its reason in infra/constructs/acknowledge.ts`);
          counts[name] = (counts[name] ?? 0) + 1;
        }
      }
    assert.deepEqual(counts, {
      capabilityKeyRotation: 1,
      databaseLogs: 3,
      databasePort: 1,
      databaseUser: 1,
      describeNetwork: 5,
      loginRotation: 4,
      managedPolicies: 24,
      providerRuntime: 2,
      serverlessInstance: 1,
      versions: 2,
    });
  });
});
