/**
 * Writes schemas/events/<type>.schema.json: for each event of the catalog, the JSON Schema (2020-12) of the whole event
 * as it stands on the wire in structured mode. Run it after a change of the catalog.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { eventCatalog, type CatalogEntry, type EventType } from '#core/event-catalog.ts';
import { type JsonObject } from '#core/json.ts';

export const eventSchemasFolder = join(import.meta.dirname, '..', 'schemas', 'events');

/** File name → content, for every event of the catalog. */
export async function eventSchemaFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const [type, entry] of Object.entries(eventCatalog)) {
    const text = JSON.stringify(eventSchema(type as EventType, entry));
    files.set(
      `${type}.schema.json`,
      await format(text, { parser: 'json', printWidth: 110, objectWrap: 'collapse' }),
    );
  }
  return files;
}

export function eventSchema(type: EventType, entry: CatalogEntry): JsonObject {
  const isStart = type === 'dev.baton.workflow.requested.v1';
  const isStep = type.startsWith('dev.baton.step.');
  const { id, source, time, ...optional } = attributes;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:baton:event:${type}`,
    title: type,
    description: `${entry.description} Topic: ${entry.topic}.`,
    type: 'object',
    required: [
      'specversion',
      'id',
      'source',
      'type',
      // A start has no run yet: its id follows from source and id. Everything else is about one run.
      ...(isStart ? [] : ['subject']),
      ...(isStep ? ['runid', 'stepid', 'attempt', 'capability'] : []),
      'data',
    ],
    properties: {
      specversion: { const: '1.0' },
      id,
      source,
      type: { const: type },
      time,
      ...optional,
      data: entry.data,
    },
    propertyNames: { pattern: '^[a-z0-9]{1,32}$' },
    additionalProperties: { type: ['string', 'integer', 'boolean', 'null'] },
  };
}

const text = (maxLength: number, description: string): JsonObject => ({
  type: 'string',
  minLength: 1,
  maxLength,
  description,
});

const attributes = {
  id: text(256, 'Unique within the source. The same source and id again is the same event.'),
  source: { ...text(2048, 'Who sends, as a URI reference.'), format: 'uri-reference' },
  time: { ...text(64, 'When it happened, RFC 3339.'), format: 'date-time' },
  subject: text(1024, 'The run id.'),
  datacontenttype: {
    type: 'string',
    description: 'application/json or a +json type; absent: application/json.',
  },
  runid: text(256, 'The run id.'),
  stepid: text(256, 'The step of the run.'),
  attempt: { type: 'integer', minimum: 1, description: 'The attempt of the step, from 1.' },
  traceparent: text(256, 'W3C trace context in which the event was made.'),
  tracestate: text(1024, 'W3C trace state.'),
  capability: text(
    1024,
    'What entitles to answer for this attempt. An answer carries the one of its task, unchanged.',
  ),
  tenantid: text(256, 'The tenant.'),
  dataref: text(2048, 'Where data too big for the log is kept.'),
  expirytime: { ...text(64, 'Of a task: the deadline of its attempt, RFC 3339.'), format: 'date-time' },
} satisfies JsonObject;

async function main(): Promise<void> {
  const files = await eventSchemaFiles();
  mkdirSync(eventSchemasFolder, { recursive: true });
  for (const name of readdirSync(eventSchemasFolder)) {
    if (!files.has(name)) rmSync(join(eventSchemasFolder, name));
  }
  for (const [name, content] of files) writeFileSync(join(eventSchemasFolder, name), content);
  process.stderr.write(`wrote ${files.size} schemas to ${join('schemas', 'events')}\n`);
}

if (import.meta.main) await main();
