/** The contract of `DefinitionStore`, for every adapter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '#core/json.ts';
import { type StoredDefinition } from '#core/ports.ts';
import { type StoreSubject, contractSuite } from './contract-suite.ts';

function definition(name: string, version: string, note = 'first'): StoredDefinition {
  const source = { name, version, steps: [{ id: 'design', 'with.dots': { $key: note } }] };
  return { name, version, digest: digestOf(source), source };
}

export function testDefinitionStore(name: string, factory: () => Promise<StoreSubject>): void {
  contractSuite(name, factory, (subject) => {
    testPut(subject);
    testList(subject);
  });
}

function testPut(subject: () => StoreSubject): void {
  test('a definition is read back as it was, by its digest', async () => {
    const { definitions } = subject().store;
    const one = definition('build', '1.0.0');
    await definitions.put(one, { activate: false });
    assert.deepEqual(await definitions.byDigest(one.digest), one);
    assert.equal(await definitions.byDigest(definition('build', '2.0.0').digest), undefined);
  });

  test('only an activated definition is active, and the last activated one', async () => {
    const { definitions } = subject().store;
    const [one, two] = [definition('build', '1.0.0'), definition('build', '2.0.0')];
    await definitions.put(one, { activate: false });
    assert.equal(await definitions.active('build'), undefined);
    await definitions.put(one, { activate: true });
    await definitions.put(two, { activate: false });
    assert.deepEqual(await definitions.active('build'), one);
    await definitions.put(two, { activate: true });
    assert.deepEqual(await definitions.active('build'), two);
    await definitions.put(one, { activate: true });
    assert.deepEqual(await definitions.active('build'), one);
  });

  test('what is stored under a digest never changes', async () => {
    const { definitions } = subject().store;
    const one = definition('build', '1.0.0');
    await definitions.put(one, { activate: false });
    await definitions.put({ ...one, source: { changed: true } }, { activate: true });
    assert.deepEqual(await definitions.byDigest(one.digest), one);
  });

  test('each name has its own active definition', async () => {
    const { definitions } = subject().store;
    const [build, ship] = [definition('build', '1.0.0'), definition('ship', '1.0.0')];
    await definitions.put(build, { activate: true });
    await definitions.put(ship, { activate: true });
    assert.deepEqual(await definitions.active('build'), build);
    assert.deepEqual(await definitions.active('ship'), ship);
    assert.equal(await definitions.active('none'), undefined);
  });
}

function testList(subject: () => StoreSubject): void {
  test('listing gives the versions of a name in the order they were put, the active one marked', async () => {
    const { definitions } = subject().store;
    const put = [
      definition('build', '2.0.0'),
      definition('build', '1.0.0'),
      definition('build', '1.0.0', 'changed'),
    ];
    for (const one of put) await definitions.put(one, { activate: one.version === '2.0.0' });
    await definitions.put(definition('ship', '1.0.0'), { activate: true });
    const expected = put.map(({ name, version, digest }) => ({
      name,
      version,
      digest,
      active: version === '2.0.0',
    }));
    assert.deepEqual(await definitions.list('build'), expected);
    assert.deepEqual(await definitions.list('none'), []);
  });

  test('listing without a name gives every definition', async () => {
    const { definitions } = subject().store;
    await definitions.put(definition('build', '1.0.0'), { activate: true });
    await definitions.put(definition('ship', '1.0.0'), { activate: false });
    const found = await definitions.list();
    assert.deepEqual(found.map((one) => [one.name, one.active]).sort(), [
      ['build', true],
      ['ship', false],
    ]);
  });
}
