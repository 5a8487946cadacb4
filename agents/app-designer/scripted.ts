/**
 * The scripted designer: an idea in, a design out, by fixed rules over the words of the idea.
 * SD1. Any text gives a design that fits the schema and whose references hold.
 * SD2. The same idea gives the same design; an idea with other telling words gives another one.
 */
import { type ApplicationDesign, type DesignEvent } from '../application-design.ts';
import { peopleDomains } from './domains/people.ts';
import { thingDomains } from './domains/things.ts';
import { activity, domainPart, entityPart, type Part, rolePart, roles } from './parts.ts';
import { lineOf, nameOf, nounsOf, plural, type Word, wordsOf } from './words.ts';

const domainLimit = 5;
const plain = new Set(
  'static landing portfolio brochure calculator converter offline prototype resume homepage wiki'.split(' '),
);

export function scriptedDesign(idea: string): ApplicationDesign {
  const words = wordsOf(idea);
  const { domains, followers } = partsFor(idea, words);
  const kafka = wantsKafka(idea, words, domains.length, followers.length);
  const chosen = kafka ? [...domains, ...followers] : domains.slice(0, 2);
  const { events, parts } = kafka ? connected(chosen) : { events: [], parts: chosen };
  return {
    name: nameOf(idea),
    summary: lineOf(idea, 500) || 'An application that was not described in words.',
    messaging: kafka ? 'kafka' : 'none',
    services: parts.map(({ service }) => service),
    stores: parts.flatMap(({ stores }) => stores),
    events,
    requirements: requirementsOf(parts, kafka),
    assumptions: assumptionsOf(words),
    openQuestions: [
      'How many people and events a day are expected in the first year, and at the busiest minute?',
      ...domains
        .slice(0, 3)
        .map(
          ({ service }) =>
            `Who may read and who may change what ${service.name} keeps, and for how long is it kept?`,
        ),
    ],
  };
}

function partsFor(idea: string, words: readonly string[]) {
  const firstAt = (cues: readonly string[]) => {
    const places = cues.map((cue) => words.indexOf(cue)).filter((place) => place >= 0);
    return places.length === 0 ? undefined : Math.min(...places);
  };
  const called = [...thingDomains, ...peopleDomains].flatMap((domain) => {
    const place = firstAt(domain.cues);
    return place === undefined ? [] : [{ domain, place }];
  });
  const chosen = called.sort((a, b) => a.place - b.place).slice(0, domainLimit);
  const known = chosen.map(({ domain }) => domainPart(domain));
  const followers = roles.filter((role) => firstAt(role.cues) !== undefined).map(rolePart);
  const cues = new Set([
    ...called.flatMap(({ domain }) => domain.cues),
    ...roles.flatMap((role) => role.cues),
  ]);
  const taken = new Set([...known, ...followers, rolePart(activity)].map(({ service }) => service.name));
  const paths = new Set(chosen.map(({ domain }) => plural(domain.noun)));
  const own = withPathsOfTheirOwn(nounsOf(idea), paths)
    .filter(({ text }) => !cues.has(text) && !plain.has(text) && !taken.has(`${text}-service`))
    .slice(0, known.length === 0 ? 3 : Math.max(1, 3 - known.length))
    // Beside known domains only a word that is clearly a thing earns a service of its own.
    .filter(({ weight }) => known.length === 0 || (known.length < 4 && weight >= 3))
    .map(({ text }) => entityPart(text));
  const domains = [...known, ...own];
  return { domains: domains.length === 0 ? [entityPart('item')] : domains, followers };
}

/** `bus` and what is left of `buses` have one plural, and so one path: the shorter is the word. */
function withPathsOfTheirOwn(nouns: readonly Word[], taken: ReadonlySet<string>): readonly Word[] {
  const words = new Map<string, string>();
  for (const { text } of nouns) {
    const path = plural(text);
    if (text.length < (words.get(path)?.length ?? Infinity)) words.set(path, text);
  }
  return nouns.filter(({ text }) => !taken.has(plural(text)) && words.get(plural(text)) === text);
}

function wantsKafka(idea: string, words: readonly string[], domains: number, followers: number): boolean {
  const said = idea.slice(0, 4000).toLowerCase();
  if (/\b(?:no|not|without|avoid)\s+(?:any\s+)?(?:kafka|messaging|events?|queues?)\b/.test(said))
    return false;
  if (/\bkafka\b|\bevent[ -]driven\b/.test(said)) return true;
  if (followers > 0) return true;
  return domains > 1 && !words.some((word) => plain.has(word));
}

/** The events of all parts with those who take them; `activity` joins where an event has no taker. */
function connected(parts: readonly Part[]): {
  readonly events: DesignEvent[];
  readonly parts: readonly Part[];
} {
  const recorder = rolePart(activity);
  let orphaned = false;
  const events = parts.flatMap((part) =>
    part.events.map((event) => {
      const takers = parts
        .filter((other) => other !== part && other.reactsTo(event.name))
        .map(({ service }) => service.name);
      orphaned ||= takers.length === 0;
      return { ...event, consumers: takers.length === 0 ? [recorder.service.name] : takers };
    }),
  );
  return { events, parts: orphaned ? [...parts, recorder] : parts };
}

const requirementsOf = (parts: readonly Part[], kafka: boolean): string[] => [
  ...parts.map(({ requirement }) => requirement),
  'Data is encrypted at rest and in transit; each service reaches only the stores it uses.',
  ...(kafka
    ? [
        'An event that is delivered twice changes nothing the second time; events of one key are handled in order.',
      ]
    : []),
];

const assumptionsOf = (words: readonly string[]): string[] => [
  'Drafted by fixed rules from the words of the idea, without a language model: check it before building on it.',
  'People sign in with an existing identity provider.',
  ...(words.length === 0
    ? [
        'The idea has no words in Latin letters, so names are generic: describe it in English for better ones.',
      ]
    : []),
];
