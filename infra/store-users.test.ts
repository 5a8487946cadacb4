import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { indexes } from '#adapters/mongo/database.ts';
import { operatorSpec } from './constructs/operator.ts';
import { buildTestSystem } from './fixtures/system.ts';
import { prod } from './profiles.ts';
import { storeUserOf, storeUsersOf } from './store-users.ts';

interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}
type Resources = Readonly<Record<string, Resource>>;

const system = buildTestSystem({ profile: prod });
const users = storeUsersOf([...system.topology.functions, operatorSpec]);
const orchestration = system.templateOf('orchestration');
const functions = Object.values(orchestration.findResources('AWS::Lambda::Function') as Resources);
const variablesOf = (name: string): Readonly<Record<string, unknown>> => {
  const all = functions.map(
    ({ Properties }) =>
      ((Properties.Environment ?? {}) as { Variables?: Readonly<Record<string, unknown>> }).Variables ?? {},
  );
  return all.find(({ BATON_FUNCTION }) => BATON_FUNCTION === name) ?? {};
};
/** Of the database's secrets, those that this text refers to. */
const loginsIn = (value: unknown): readonly string[] => [
  ...new Set(
    [...JSON.stringify(value).matchAll(/ExportsOutputRefDatabase(Login[A-Z][a-z]+|Secret)Attachment/g)].map(
      ([, name = '']) => name,
    ),
  ),
];

describe('users of the database', () => {
  it('have collections that there are, and those of agents two of them', () => {
    for (const access of users.values())
      for (const collection of Object.keys(access)) assert.ok(Object.hasOwn(indexes, collection), collection);
    assert.deepEqual(Object.keys(users.get('agents') ?? {}).sort(), ['blobs', 'invocations']);
    for (const [user, access] of users)
      for (const [collection, actions] of Object.entries(access))
        if (user === 'operator') assert.deepEqual(actions, ['find'], collection);
  });

  it('are told to their own functions alone, each with the secret of its own', () => {
    for (const spec of [...system.topology.functions, operatorSpec]) {
      if (Object.keys(spec.access.collections).length === 0) continue;
      const user = storeUserOf(spec) ?? '';
      const login = `Login${user[0]?.toUpperCase() ?? ''}${user.slice(1)}`;
      assert.deepEqual(loginsIn(variablesOf(spec.name).BATON_SECRETS_FROM), [login], spec.name);
      const policies = Object.entries(orchestration.findResources('AWS::IAM::Policy') as Resources);
      const id = `${spec.name.replaceAll('-', '')}FunctionServiceRoleDefaultPolicy`;
      const own = policies.filter(([name]) => name.startsWith(id));
      assert.equal(own.length, 1, id);
      assert.deepEqual(loginsIn(own), [login], spec.name);
    }
    assert.deepEqual(loginsIn(variablesOf('setup').BATON_SECRETS_FROM), ['Secret']);
  });

  it('are made by the setup, with what the topology says, before anybody works', () => {
    const [store] = Object.values(orchestration.findResources('Custom::BatonStore') as Resources);
    const made = store?.Properties.Users as Readonly<Record<string, { readonly Access: unknown }>>;
    assert.deepEqual(
      Object.fromEntries(Object.entries(made).map(([role, { Access }]) => [role, Access])),
      Object.fromEntries([...users].map(([user, access]) => [`baton_${user}`, access])),
    );
    const [setup] = Object.keys(orchestration.findResources('Custom::BatonStore'));
    for (const type of ['AWS::Lambda::EventSourceMapping', 'AWS::Events::Rule'])
      for (const [id, { DependsOn = [] }] of Object.entries(orchestration.findResources(type) as Resources))
        assert.ok(setup !== undefined && DependsOn.includes(setup), id);
  });

  it('are made again where the code that makes them and the indexes has changed', () => {
    const hash = createHash('sha256');
    const folder = join(import.meta.dirname, '..', 'adapters', 'mongo');
    const making = readdirSync(folder).filter((file) => /createIndex|createUser/.test(readFileSync(join(folder, file), 'utf8'))); // prettier-ignore
    for (const file of making.sort()) hash.update(readFileSync(join(folder, file)));
    const [store] = Object.values(orchestration.findResources('Custom::BatonStore') as Resources);
    assert.equal(store?.Properties.Made, hash.digest('hex'), making.join());
  });

  it('have their passwords changed, after they were made', () => {
    const schedules = orchestration.findResources('AWS::SecretsManager::RotationSchedule') as Resources;
    const rotated = Object.values(schedules).flatMap(({ Properties }) => loginsIn(Properties.SecretId));
    assert.equal(new Set(rotated).size, users.size);
    for (const { DependsOn = [], Properties } of Object.values(schedules)) {
      assert.ok(DependsOn.some((id) => id.startsWith('SetupStore')));
      assert.deepEqual(Properties.RotationRules, { ScheduleExpression: 'rate(30 days)' });
    }
    const applications = orchestration.findResources('AWS::Serverless::Application') as Resources;
    for (const { Properties } of Object.values(applications))
      assert.deepEqual(loginsIn((Properties.Parameters as { masterSecretArn: unknown }).masterSecretArn), [
        'Secret',
      ]);
  });

  it('keep their logins where the database is kept', () => {
    const secrets = system.templateOf('data').findResources('AWS::SecretsManager::Secret') as Resources;
    const logins = Object.entries(secrets).filter(([id]) => id.startsWith('DatabaseLogin'));
    assert.equal(logins.length, users.size);
    for (const [id, { DeletionPolicy }] of logins) assert.equal(DeletionPolicy, 'RetainExceptOnCreate', id);
  });

  it('are none where the database is given: all have its one secret, and nothing is made in it', () => {
    const uriSecretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:theirs-AbCdEf';
    const given = buildTestSystem({ profile: { ...prod, database: { type: 'existing', uriSecretArn } } });
    const template = given.templateOf('orchestration');
    template.resourceCountIs('AWS::SecretsManager::RotationSchedule', 0);
    const [store] = Object.values(template.findResources('Custom::BatonStore') as Resources);
    assert.deepEqual(store?.Properties.Users, {});
    const told = Object.values(template.findResources('AWS::Lambda::Function') as Resources).filter(
      ({ Properties }) => JSON.stringify(Properties).includes(`MONGODB_URI=${uriSecretArn}`),
    );
    // Orchestrator, two agents, a bridge, the timer, the operator, the setup.
    assert.equal(told.length, 7);
  });
});
