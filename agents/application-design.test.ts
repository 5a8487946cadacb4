import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ApplicationDesign, applicationDesign, designProblems } from './application-design.ts';
import { scriptedDesign } from './app-designer/scripted.ts';
import { arbitraryDesign } from './arbitrary-design.ts';

const design = scriptedDesign('A parcel tracking app with live updates');
const changed = (change: (copy: ApplicationDesign) => void): readonly string[] => {
  const copy = structuredClone(design);
  change(copy);
  return designProblems(copy);
};

test('a consistent design has no problems', () => {
  assert.deepEqual(designProblems(design), []);
  fc.assert(
    fc.property(arbitraryDesign, (each) => assert.equal(applicationDesign.safeParse(each).error, undefined)),
  );
});

test('every dangling or doubled reference is a problem that names it', () => {
  const [service, other] = design.services;
  assert.ok(service && other);
  const cases: readonly (readonly [(copy: ApplicationDesign) => void, RegExp])[] = [
    [({ services }) => void services.push(service), /service 'parcel-service' is declared twice.*/],
    [({ services }) => void services[0]?.uses.push('ghost'), /uses store 'ghost', which is not declared/],
    [
      ({ stores }) => void (stores[0] && (stores[0].owner = 'ghost')),
      /owned by 'ghost', which is not a service/,
    ],
    [
      ({ events }) => void (events[0] && (events[0].producer = 'ghost')),
      /names 'ghost', which is not a service/,
    ],
    [({ events }) => void events[0]?.consumers.push('ghost'), /names 'ghost'/],
    [
      ({ events }) => void (events[0] && (events[0].key = 'ghost')),
      /key 'ghost', which is not one of its required fields/,
    ],
    [
      ({ events }) => void events[0]?.fields.push({ name: 'constructor', type: 'string', required: true }),
      /reserved/,
    ],
    [
      ({ events }) =>
        void events.push({ ...structuredClone(events[0] ?? assert.fail()), name: 'parcel.registered' }),
      /event .* declared twice/,
    ],
    [(copy) => void (copy.messaging = 'none'), /messaging is 'none' but there are 4 events/],
    [(copy) => void (copy.events = []), /messaging is 'kafka' but there is no event/],
    [
      ({ services }) =>
        void services[1]?.endpoints.push({ method: 'GET', path: '/parcels/{other}', purpose: 'x' }),
      /endpoint 'GET \/parcels\/\{\}' is declared twice/,
    ],
  ];
  for (const [change, expected] of cases) {
    const problems = changed(change);
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `${expected}: ${problems.join('; ')}`,
    );
  }
});

test('names that could leave their place are refused by the schema', () => {
  for (const name of ['Upper', 'a_b', 'a--b', '-a', 'a b', '${x}', 'a"', 'x'.repeat(41), '']) {
    assert.equal(applicationDesign.safeParse({ ...design, name }).success, false, name);
  }
});
