/**
 * The application design: what app-designer makes, and what terraform-generator and kafka-expert take.
 * AD1. Names are slugs, so that they can become topic, resource and path names without escaping.
 * AD2. Every reference is to something the design declares: `designProblems` says which is not.
 */
import * as z from 'zod';

// The patterns on the wire are simple, without groups, so that no validator can be made slow; `refine` says the rest.
const isSlug = (text: string): boolean => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text);

const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'a slug: lower-case letters, digits and single dashes, a letter first')
  .max(40)
  .refine(isSlug, 'a slug: no dash at the end, no two dashes together');
const eventName = z
  .string()
  .regex(/^[a-z][a-z0-9.-]*$/, 'dotted slugs such as `order.placed`')
  .max(80)
  .refine((text) => {
    const parts = text.split('.');
    return parts.length >= 2 && parts.length <= 3 && parts.every(isSlug);
  }, 'two or three slugs joined by dots, such as `order.placed`');
const fieldName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/, 'a camelCase name')
  .max(40);
const line = z.string().min(1).max(600);

const endpoint = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z
    .string()
    .regex(/^[a-zA-Z0-9/{}-]+$/, 'a path such as `/orders/{orderId}`')
    .max(120)
    .refine(
      (text) => /^(\/([a-z0-9-]+|\{[a-z][A-Za-z0-9]*\}))+$/.test(text),
      'a path such as `/orders/{orderId}`: lower-case words and camelCase parameters',
    ),
  purpose: line,
});

const service = z.strictObject({
  name: slug,
  responsibility: line,
  runtime: z.enum(['function', 'container']).describe('container for long-lived connections, else function'),
  endpoints: z.array(endpoint).max(12),
  uses: z.array(slug).max(20).describe('names of the stores it reads or writes'),
});

const store = z.strictObject({
  name: slug,
  kind: z.enum(['document', 'relational', 'key-value', 'object', 'search']),
  owner: slug.describe('the one service that writes it'),
  data: line,
});

const field = z.strictObject({
  name: fieldName,
  type: z.enum(['string', 'number', 'integer', 'boolean', 'timestamp']),
  required: z.boolean(),
});

const event = z.strictObject({
  name: eventName,
  producer: slug,
  consumers: z.array(slug).min(1).max(20),
  key: fieldName.describe('the field whose events must stay in order; one of the required fields'),
  fields: z.array(field).min(1).max(20),
  why: line,
});

const shape = z.strictObject({
  name: slug,
  summary: line,
  messaging: z.enum(['kafka', 'none']).describe('none where no service has to react to another'),
  services: z.array(service).min(1).max(20),
  stores: z.array(store).max(20),
  events: z.array(event).max(40),
  requirements: z.array(line).min(1).max(20),
  assumptions: z.array(line).max(20),
  openQuestions: z.array(line).max(20),
});

export type ApplicationDesign = z.infer<typeof shape>;
export type Service = ApplicationDesign['services'][number];
export type Store = ApplicationDesign['stores'][number];
export type DesignEvent = ApplicationDesign['events'][number];

/** Shape and references (AD2). `z.toJSONSchema` of it gives the shape alone. */
export const applicationDesign: z.ZodType<ApplicationDesign> = shape.superRefine((design, context) => {
  for (const message of designProblems(design)) context.addIssue({ code: 'custom', message });
});

/** The stores a service may touch: those it uses and those it owns. */
export const storesOf = (design: ApplicationDesign, owner: Service): readonly Store[] =>
  design.stores.filter((candidate) => candidate.owner === owner.name || owner.uses.includes(candidate.name));

/**
 * The consumer group in which a service reads an event's topic. Lambda wants one for each mapping, and a mapping takes one
 * topic: a function has a group for each, a container one for all.
 */
export const consumerGroupOf = (service: Service, event: DesignEvent): string =>
  service.runtime === 'function' ? `${service.name}.${event.name}` : service.name;

/** What the schema cannot say: repeated names and references to nothing. Empty: the design is consistent. */
export function designProblems(design: ApplicationDesign): readonly string[] {
  const services = new Set(design.services.map(({ name }) => name));
  const stores = new Set(design.stores.map(({ name }) => name));
  const known = [...services].join(', ');
  return [
    ...repeated('service', design.services),
    ...repeated('store', design.stores),
    // Dots and dashes both become underscores in resource names.
    ...repeated(
      'event',
      design.events.map(({ name }) => ({ name: name.replaceAll('.', '-') })),
    ),
    ...repeated('endpoint', design.services.flatMap(routesOf)),
    ...design.services.flatMap(({ name, uses }) =>
      uses
        .filter((use) => !stores.has(use))
        .map(
          (use) =>
            `service '${name}' uses store '${use}', which is not declared: expected one of ${[...stores].join(', ')}`,
        ),
    ),
    ...design.stores
      .filter(({ owner }) => !services.has(owner))
      .map(
        ({ name, owner }) =>
          `store '${name}' is owned by '${owner}', which is not a service: expected one of ${known}`,
      ),
    ...design.events.flatMap((declared) => eventProblems(declared, services, known)),
    ...messagingProblems(design),
  ];
}

function eventProblems(
  declared: DesignEvent,
  services: ReadonlySet<string>,
  known: string,
): readonly string[] {
  const { name, producer, consumers, key, fields } = declared;
  const fieldNames = fields.map((each) => each.name);
  const strangers = [producer, ...consumers].filter((party) => !services.has(party));
  return [
    ...strangers.map(
      (party) => `event '${name}' names '${party}', which is not a service: expected one of ${known}`,
    ),
    ...(fields.some((each) => each.name === key && each.required)
      ? []
      : [
          `event '${name}' has the key '${key}', which is not one of its required fields: ${fieldNames.join(', ')}`,
        ]),
    ...(new Set(fieldNames).size === fieldNames.length
      ? []
      : [`event '${name}' has a field twice: ${fieldNames.join(', ')}`]),
    ...fieldNames
      .filter((field) => field === 'constructor' || field === 'prototype')
      .map((field) => `event '${name}' has a field '${field}': that name is reserved, use another one`),
    ...(new Set(consumers).size === consumers.length
      ? []
      : [`event '${name}' has a consumer twice: ${consumers.join(', ')}`]),
  ];
}

function messagingProblems({ messaging, events }: ApplicationDesign): readonly string[] {
  if (messaging === 'none' && events.length > 0)
    return [`messaging is 'none' but there are ${events.length} events: use 'kafka' or remove them`];
  if (messaging === 'kafka' && events.length === 0)
    return [`messaging is 'kafka' but there is no event: declare events or use 'none'`];
  return [];
}

/** Two paths that differ only in the names of their parameters are one route. */
const routesOf = ({ endpoints }: Service) =>
  endpoints.map(({ method, path }) => ({ name: `${method} ${path.replace(/\{[^}]*\}/g, '{}')}` }));

function repeated(kind: string, named: readonly { readonly name: string }[]): readonly string[] {
  const seen = new Set<string>();
  return named.flatMap(({ name }) => {
    if (seen.has(name)) return [`${kind} '${name}' is declared twice: give each its own name`];
    seen.add(name);
    return [];
  });
}
