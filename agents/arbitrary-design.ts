/** Any consistent design, hostile texts included, for property tests. */
import fc from 'fast-check';
import { type ApplicationDesign } from './application-design.ts';

const slug = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8}){0,2}$/);
const text = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.constantFrom(
      '${var.x}',
      '%{ if true }',
      '$${a}',
      '$$${',
      '"}\nresource "a" "b" {}',
      '\\',
      '<<EOT\nEOT',
      '*/ # //',
      '\u2028',
      '\ud800',
    ),
  )
  .map((each) => each.slice(0, 60) || 'x');
const texts = (least: number) => fc.array(text, { minLength: least, maxLength: 3 });
const names = (least: number, most: number) => fc.uniqueArray(slug, { minLength: least, maxLength: most });

export const arbitraryDesign: fc.Arbitrary<ApplicationDesign> = fc
  .record({
    name: slug,
    services: names(1, 4),
    stores: names(0, 5),
    events: names(0, 4),
    seed: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
    summary: text,
    say: text,
    requirements: texts(1),
    more: texts(0),
  })
  .map(({ name, services, stores, events, seed, summary, say, requirements, more }) => {
    let drawn = 0;
    const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => {
      const at = seed[drawn++ % seed.length] ?? 0;
      return from[at % from.length] as T;
    };
    return {
      name,
      summary,
      messaging: events.length > 0 ? 'kafka' : 'none',
      services: services.map((service) => ({
        name: service,
        responsibility: say,
        runtime: pick(['function', 'container'] as const),
        endpoints: pick([[], [{ method: 'GET' as const, path: `/${service}/{id}`, purpose: say }]]),
        uses: stores.length > 0 ? [pick(stores)] : [],
      })),
      stores: stores.map((store) => ({
        name: store,
        kind: pick(['document', 'relational', 'key-value', 'object', 'search'] as const),
        owner: pick(services),
        data: say,
      })),
      events: events.map((event) => ({
        name: `${event}.${pick(['created', 'gone'])}`,
        producer: pick(services),
        consumers: [pick(services)],
        key: 'id',
        fields: [
          { name: 'id', type: 'string' as const, required: true },
          { name: 'at', type: pick(['timestamp', 'number', 'integer', 'boolean'] as const), required: false },
        ],
        why: say,
      })),
      requirements,
      assumptions: more,
      openQuestions: more,
    };
  });
