import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openEmbedded } from '#adapters/embedded/open.ts';
import { InfrastructureError } from '#core/failure.ts';
import { type StoreUser } from '#core/store-user.ts';
import { createSetup } from './handler.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-setup-'));
const embedded = openEmbedded({ folder, clock: { now: () => 1_000 } });
const { definitions } = embedded.store;
let prepared = 0;
let made: readonly StoreUser[] = [];
const secrets: Readonly<Record<string, string>> = {
  'arn:agents': '{"username":"baton_agents_clone","password":"of-agents","host":"a-host"}',
  'arn:text': 'mongodb://not-a-login',
};
const setup = createSetup({
  definitions,
  prepareStore: async (users) => {
    prepared += 1;
    made = users;
  },
  secret: async (address) => secrets[address] ?? '',
  agents: new Map([['worker', { version: '1.0.0' }]]),
});
after(async () => {
  await embedded.close();
  rmSync(folder, { recursive: true });
});

const file = (version: string, step = 'one'): string =>
  `name: chain\nversion: "${version}"\nsteps:\n  ${step}: { agent: worker }\n`;
const create = (text: string) =>
  setup({ RequestType: 'Create', ResourceProperties: { Workflows: { 'chain.yaml': text } } });

describe('the setup of a deployment', () => {
  it('prepares the store, registers what it is given and activates it', async () => {
    const { Data } = await create(file('1.0.0'));
    assert.equal(Data.Workflows, 'chain@1.0.0 registered');
    assert.equal(prepared, 1);
    assert.equal((await definitions.active('chain'))?.version, '1.0.0');
  });

  it('does no harm when it is called again, and moves on with a new version', async () => {
    assert.equal((await create(file('1.0.0'))).Data.Workflows, 'chain@1.0.0 unchanged');
    await create(file('1.1.0'));
    assert.equal((await definitions.active('chain'))?.version, '1.1.0');
  });

  it('leaves active what a person activated, until a deployment brings another file', async () => {
    const active = async () => (await definitions.active('chain'))?.version;
    const update = (old: string | undefined, text: string) =>
      setup({
        RequestType: 'Update',
        ResourceProperties: { Workflows: { 'chain.yaml': text } },
        OldResourceProperties: { Workflows: old === undefined ? {} : { 'chain.yaml': old } },
      });
    const first = (await definitions.list('chain')).find(({ version }) => version === '1.0.0');
    const stored = await definitions.byDigest(first?.digest ?? '');
    assert.ok(stored);
    await definitions.put(stored, { activate: true });
    await update(file('1.1.0'), file('1.1.0')); // an index, or what a user may do
    await create(file('1.1.0')); // a stack that was made anew over a store that was kept
    assert.equal(await active(), '1.0.0');
    await update(undefined, file('1.1.0'));
    assert.equal(await active(), '1.1.0');
    await update(file('1.1.0'), file('1.0.0')); // the one before, deployed again
    assert.equal(await active(), '1.0.0');
    await update(file('1.0.0'), file('1.1.0'));
    assert.equal(await active(), '1.1.0');
  });

  it('refuses another content under a version that is registered', async () => {
    await assert.rejects(create(file('1.0.0', 'other')), /WF_VERSION_CONFLICT.*expected.*Raise 'version'/s);
    assert.equal((await definitions.active('chain'))?.version, '1.1.0');
  });

  it('tells every problem of a file, and registers nothing', async () => {
    const wrong = create('name: chain\nversion: "2.0.0"\nsteps:\n  one: { agent: nobody }\n');
    await assert.rejects(wrong, (error: unknown) => {
      assert.ok(error instanceof InfrastructureError);
      assert.match(error.message, /chain\.yaml cannot be registered/);
      return true;
    });
    assert.equal((await definitions.list('chain')).length, 2);
  });

  it('makes the users it is told of, with the login that is current', async () => {
    const Access = { blobs: ['find', 'insert'] } as const;
    const told = (Secret: string) =>
      setup({
        RequestType: 'Update',
        ResourceProperties: { Workflows: {}, Users: { baton_agents: { Secret, Access } } },
      });
    await told('arn:agents');
    assert.deepEqual(made, [
      { name: 'baton_agents_clone', password: 'of-agents', role: 'baton_agents', access: Access },
    ]);
    await assert.rejects(told('arn:text'), (error: unknown) => {
      assert.ok(error instanceof InfrastructureError);
      assert.match(error.message, /at arn:text, expected \{"username"/);
      assert.doesNotMatch(error.message, /not-a-login/);
      return true;
    });
  });

  it('leaves everything when it is deleted', async () => {
    await setup({ RequestType: 'Delete', ResourceProperties: { Workflows: {} } });
    assert.equal((await definitions.list('chain')).length, 2);
  });
});
