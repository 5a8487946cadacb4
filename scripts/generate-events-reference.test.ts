import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventCatalog } from '#core/event-catalog.ts';
import { eventsPage } from './generate-events-reference.ts';

test('the page of events is what the catalog gives: else run node scripts/generate-events-reference.ts', () => {
  const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'reference', 'events.md'), 'utf8');
  assert.equal(page, eventsPage());
});

test('every type has its section, and every member of its data a row', () => {
  const sections = new Map(
    eventsPage()
      .split('\n## ')
      .map((text) => [text.split('\n')[0] ?? '', text]),
  );
  for (const [type, { data }] of Object.entries(eventCatalog)) {
    const section = sections.get(type) ?? assert.fail(`${type} has no section`);
    for (const member of Object.keys(data['properties'] as object))
      assert.match(section, new RegExp(`^\\| \`${member}\` \\|`, 'm'));
  }
});

test('where only some words are taken, the page says which', () => {
  assert.match(eventsPage(), /^\| `decision` \| `"approved"` or `"rejected"` \| yes \|/m);
});
