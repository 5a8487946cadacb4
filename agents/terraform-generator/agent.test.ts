import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Json } from '#core/json.ts';
import { scriptedDesign } from '../app-designer/scripted.ts';
import { type ApplicationDesign } from '../application-design.ts';
import { arbitraryDesign } from '../arbitrary-design.ts';
import { answering, invoke } from '../test-kit.ts';
import { agent } from './agent.ts';
import { type Terraform } from './contract.ts';
import { terraformOf, terraformProblems } from './files.ts';
import input from './fixtures/parcels.input.json' with { type: 'json' };
import output from './fixtures/parcels.output.json' with { type: 'json' };
import { quoted } from './hcl.ts';
import { scriptedPlan } from './scripted.ts';

type Parsed = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
// Required by name: its types would bring the browser's into the project.
const { parse } = createRequire(import.meta.url)('@cdktf/hcl2json') as {
  parse: (
    name: string,
    text: string,
  ) => Promise<{ resource?: Parsed; variable?: Record<string, unknown>; locals?: Record<string, unknown>[] }>;
};

const terraform = (design: ApplicationDesign): Terraform => terraformOf(design, scriptedPlan(design));
const textOf = ({ files }: Terraform): string => Object.values(files).join('\n');

/** Parses every file with Terraform's own parser, and finds every address among the resources. */
async function assertParses(design: ApplicationDesign): Promise<void> {
  const made = terraform(design);
  const resources = new Set<string>();
  const keys = new Set<string>();
  for (const [name, text] of Object.entries(made.files)) {
    const parsed = await parse(name, text);
    for (const [type, named] of Object.entries(parsed.resource ?? {}))
      for (const each of Object.keys(named)) resources.add(`${type}.${each}`);
    for (const locals of parsed.locals ?? []) {
      for (const value of Object.values(locals)) {
        if (typeof value === 'object' && value !== null) for (const key of Object.keys(value)) keys.add(key);
        if (typeof value === 'string')
          for (const [, key] of value.matchAll(/"([a-z0-9.-]+)"/g)) keys.add(key ?? '');
      }
    }
  }
  assert.equal(made.resources.length, design.services.length + design.stores.length + design.events.length);
  for (const { address } of made.resources) {
    const [, resource = '', key = ''] = /^([a-z0-9_]+\.[a-z]+)\["(.+)"\]$/.exec(address) ?? [];
    assert.ok(resources.has(resource), `${address} is not declared`);
    assert.ok(keys.has(key), `${address} has no key`);
  }
}

test('the fixture is what the scripted model gives', async () => {
  assert.deepEqual(await invoke(agent, input), { ok: true, value: output });
});

test('every file parses and names every service, store and event, for ideas of every kind', async () => {
  for (const idea of [
    'A parcel tracking app with live updates',
    'Photo sharing with search',
    'A static landing page',
    'A bank',
    '',
  ]) {
    await assertParses(scriptedDesign(idea));
  }
});

test('any consistent design gives files that parse, whatever its texts say', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryDesign, async (design) => {
      assert.deepEqual(terraformProblems(design, terraform(design)), []);
      await assertParses(design);
    }),
    { numRuns: 60 },
  );
});

test('nothing is referred to that no file declares, whatever the services run on', () => {
  const undeclared = (design: ApplicationDesign) => {
    const text = textOf(terraform(design));
    const resources = [...text.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(
      ([, type, name]) => `${type}.${name}`,
    );
    const data = [...text.matchAll(/^data "(\w+)" "(\w+)"/gm)].map(
      ([, type, name]) => `data.${type}.${name}`,
    );
    const variables = [...text.matchAll(/^variable "(\w+)"/gm)].map(([, name]) => `var.${name}`);
    const locals = [...text.matchAll(/^locals \{\n([^]*?)\n\}/gm)].flatMap(([, body = '']) =>
      [...body.matchAll(/^ {2}(\w+) +=/gm)].map(([, name]) => `local.${name}`),
    );
    const declared = new Set([...resources, ...data, ...variables, ...locals]);
    const references = text.match(/(?:\bdata\.)?\b(?:aws|kafka)_\w+\.\w+|\b(?:var|local)\.\w+/g) ?? [];
    assert.ok(references.length > 10 && locals.length > 3);
    return references.filter((reference) => !declared.has(reference));
  };
  fc.assert(
    fc.property(arbitraryDesign, fc.constantFrom('function', 'container', undefined), (design, runtime) => {
      // What people wrote is no reference, whatever it looks like.
      const services = design.services.map((each) => ({
        ...each,
        responsibility: 'x',
        runtime: runtime ?? each.runtime,
      }));
      const stores = design.stores.map((each) => ({ ...each, data: 'x' }));
      assert.deepEqual(undeclared({ ...design, services, stores, summary: 'x' }), []);
    }),
    { numRuns: 200 },
  );
});

test('quoted text means itself to the parser, templates and line ends included', async () => {
  // The parser answers in Terraform's JSON, where what would begin a template has its sign doubled.
  const inJson = (text: string) =>
    text
      .toWellFormed()
      .replace(/([$%])\{/g, '$1$1{')
      .normalize('NFC');
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (text) => {
      const { variable } = await parse('x.tf', `variable "x" {\n  default = ${quoted(text)}\n}\n`);
      const [first] = (variable?.['x'] ?? []) as { default?: string }[];
      assert.equal(first?.default?.normalize('NFC'), inJson(text));
    }),
    {
      numRuns: 100,
      examples: [['${var.x}'], ['$${'], ['$$${a}'], ['%{ if x }'], ['a"b\\'], ['\n\r\t\0\u2028']],
    },
  );
});

test('data is encrypted and nothing is public', () => {
  const text = textOf(terraform(scriptedDesign('Photo sharing with payments, search and live updates')));
  for (const expected of [
    /storage_encrypted\s+= true/,
    /encrypt_at_rest/,
    /server_side_encryption \{/,
    /sse_algorithm\s+= "aws:kms"/,
    /client_broker = "TLS"/,
    /block_public_policy\s+= true/,
    /publicly_accessible\s+= false/,
    /assign_public_ip = false/,
    /authorization_type = "AWS_IAM"/,
    /default_tags/,
  ])
    assert.match(text, expected);
  assert.doesNotMatch(text, /ingress \{[^}]*0\.0\.0\.0/);
  // Alone, in a list, or behind the name of a service.
  assert.doesNotMatch(text, /"\*"|"[a-z0-9-]+:\*"/);
});

test('a service may only touch what the design gives it', () => {
  const design = scriptedDesign('A parcel tracking app with live updates');
  const { files } = terraform(design);
  const block = /"tracking-service" = \{([^}]*)\}/.exec(files['access.tf'] ?? '')?.[1] ?? '';
  assert.match(block, /writes\s+= \["tracking-db"\]/);
  assert.match(block, /produces = \["tracking.updated"\]/);
  assert.match(block, /consumes = \["parcel.registered", "delivery.started"\]/);
});

test('a mapping has a consumer group of its own, and its function may join that one', () => {
  const { files } = terraform(scriptedDesign('A parcel tracking app with live updates'));
  const group = (text = '') => /\$\{[a-z.]+(?:key|service)\}\.\$\{[a-z.]*topic\}/.exec(text)?.[0];
  assert.equal(
    group(files['messaging.tf']?.split('consumer_group_id')[1]),
    '${each.value.service}.${each.value.topic}',
  );
  assert.equal(group(files['access.tf']?.split('local.group_arn}/')[1]), '${each.key}.${topic}');
  assert.match(files['access.tf'] ?? '', /kafka-cluster:DescribeClusterDynamicConfiguration/);
});

test('a service called execution has a role of its own', () => {
  const { files } = terraform(scriptedDesign('A parcel tracking app with live updates'));
  const names = [...(files['access.tf'] ?? '').matchAll(/^ +name += "\$\{var\.name\}(.*)"$/gm)].map(
    ([, name]) => name,
  );
  assert.deepEqual(names, ['-${each.key}', '_execution']);
});

test('the name of the application is one that its own rule takes, however short or long', () => {
  for (const name of ['x', 'x-1', 'a-name-of-twenty-let-ters', 'the-longest-name-that-a-design-can-have1']) {
    const { files } = terraform({ ...scriptedDesign('A shop'), name });
    const [, byDefault = ''] =
      /variable "name" \{[^}]*?default += "([^"]*)"/.exec(files['variables.tf'] ?? '') ?? [];
    const [, rule = '^$'] = /regex\("([^"]*)", var\.name\)/.exec(files['variables.tf'] ?? '') ?? [];
    assert.match(byDefault, new RegExp(rule));
    assert.ok(byDefault.length <= 20 && name.startsWith(byDefault));
  }
});

test('without events there is no Kafka in the files', () => {
  const { files } = terraform(scriptedDesign('A static landing page'));
  assert.equal(files['messaging.tf'], undefined);
  assert.doesNotMatch(textOf({ files, resources: [], notes: [] }), /kafka|msk/i);
});

test('a plan that leaves out or invents something is not accepted', async () => {
  const design = scriptedDesign('A parcel tracking app with live updates');
  const plan = scriptedPlan(design);
  const asked: (readonly string[])[] = [];
  const wrong = [
    { ...plan, services: plan.services.slice(1) },
    { ...plan, stores: [...plan.stores, { ...plan.stores[0], name: 'ghost' }] },
  ] as Json[];
  const model = answering(plan);
  const spying = {
    ...model,
    ask: async (request: Parameters<typeof model.ask>[0]) => {
      for (const each of wrong) asked.push(request.check?.(each) ?? []);
      return model.ask(request);
    },
  };
  assert.equal((await invoke(agent, { design }, spying)).ok, true);
  assert.match(asked[0]?.join() ?? '', /'parcel-service' is planned 0 times/);
  assert.match(asked[1]?.join() ?? '', /'ghost' is not in the design/);
});

test('files that lost a resource or a bracket are noticed', () => {
  const design = scriptedDesign('A shop');
  const made = terraform(design);
  const broken = (name: string, change: (text: string) => string) =>
    terraformProblems(design, { ...made, files: { ...made.files, [name]: change(made.files[name] ?? '') } });
  assert.match(broken('stores.tf', () => '').join(), /which no file declares/);
  assert.match(broken('api.tf', (text) => text.trimEnd().slice(0, -1)).join(), /is missing at the end/);
  assert.match(
    broken('main.tf', (text) => text.replace('"', '')).join(),
    /a string is not closed|closes nothing|missing/,
  );
  assert.match(
    terraformProblems(design, { ...made, resources: made.resources.slice(1) }).join(),
    /has no resource/,
  );
});

test('a design whose references dangle is refused before anything is asked', async () => {
  const design = scriptedDesign('A shop');
  const result = await invoke(agent, { design: { ...design, stores: [] } });
  assert.equal(result.ok ? '' : result.problem.code, 'AGENT_INPUT_INVALID');
});
