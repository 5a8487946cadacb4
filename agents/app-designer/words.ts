/**
 * The words of an idea: what the scripted designer reads instead of understanding it.
 * W1. Any text gives words, also none; never more than a bounded number, whatever its length.
 * W2. Words are ASCII: accents are dropped, other scripts give no words.
 */

export interface Word {
  /** Lower case, singular. */
  readonly text: string;
  /** How likely it names a thing rather than an action or a quality. */
  readonly weight: number;
}

const readAtMost = 4000;
const namers = new Set(
  'a an the of for my our your their his her its each every all any some many with between about from to'.split(
    ' ',
  ),
);

// Words that say nothing about the domain: glue, what every application is called, common verbs and qualities.
const empty = new Set(
  `a an the and or nor but if then else so than that this these those there here it its is are was were be been being am do does did
  has have had having can could will would shall should may might must not no yes only also very more most less least much many few
  some any all each every both either neither other another same such own as at by for from in into of off on onto out over to up with
  without within through during before after above below between about against under again further once per via etc i me my mine we us
  our you your he him his she her they them their who whom whose which what when where why how
  app apps application applications system systems platform platforms website websites site web mobile tool tools software product
  products project solution service services api backend frontend program portal thing things stuff idea feature features functionality
  page pages screen user users people person someone anyone everyone everybody way ways kind type lot set part one two three first new
  good better best great nice simple easy easily fast quick quickly modern smart small big large full complete real time online digital
  automatic automatically based different several multiple various available able like just even still while because until
  build make create design develop want wants need needs let lets help helps give gives get gets use uses using used allow allows enable
  enables provide provides support supports show shows see sees view views look put take takes keep keeps know knows think start stop add
  adds remove change update updates manage manages handle handles work works run runs go goes come find send sends receive receives
  offer offers connect connects share shares plan plans choose chooses tell tells ask asks please should ignore previous instruction
  across around together anything something everything nothing whenever wherever maybe well today day week month year live instant
  planner manager maker finder builder helper generator creator organiser organizer shows goal goals purpose example kafka event driven lambda aws cloud terraform serverless microservice microservices architecture`.split(
    /\s+/,
  ),
);

/** Every word in order, singular, repeats included. At most 700 words of the first 4,000 characters. */
export function wordsOf(idea: string): readonly string[] {
  return (plainText(idea).match(/[a-z][a-z0-9]*/g) ?? []).slice(0, 700).map(singular);
}

/** Words that probably name things of the domain, the likeliest first, each once. */
export function nounsOf(idea: string): readonly Word[] {
  const words = (plainText(idea).match(/[a-z][a-z0-9]*/g) ?? []).slice(0, 700);
  const weights = new Map<string, number>();
  words.forEach((word, index) => {
    const text = singular(word);
    if (empty.has(word) || empty.has(text) || text.length < 3 || text.length > 20) return;
    const before = words[index - 1];
    const isPlural = text !== word;
    const isAction = /(?:ing|ed|ly|able|ive|ful|ous|ise|ize)$/.test(text);
    const gained =
      1 + (isPlural ? 2 : 0) + (before !== undefined && namers.has(before) ? 1 : 0) - (isAction ? 2 : 0);
    weights.set(text, (weights.get(text) ?? 0) + gained);
  });
  // Sorting is stable: of equal weights the earlier word comes first.
  return [...weights].map(([text, weight]) => ({ text, weight })).sort((a, b) => b.weight - a.weight);
}

/** Up to four telling words joined by dashes, at most 40 characters; `app-<digits>` where there is none. */
export function nameOf(idea: string): string {
  const seen = new Set<string>();
  for (const word of plainText(idea).match(/[a-z][a-z0-9]*/g) ?? []) {
    if (!empty.has(word) && word.length >= 3 && word.length <= 18) seen.add(word);
    if (seen.size === 4) break;
  }
  let name = '';
  for (const word of seen) if (name.length + word.length < 40) name = name === '' ? word : `${name}-${word}`;
  return name === '' ? `app-${fingerprint(idea)}` : name;
}

/** The idea as one clean line of at most `limit` characters. */
export function lineOf(idea: string, limit: number): string {
  const clean = idea
    .slice(0, readAtMost)
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  if (clean.length <= limit) return clean;
  return `${clean
    .slice(0, limit - 1)
    .toWellFormed()
    .trimEnd()}…`;
}

export function singular(word: string): string {
  if (word.length < 4 || /(?:ss|us|is|news|series|species)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:ch|sh|x|z|ss)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

export function plural(noun: string): string {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(?:s|x|z|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

const plainText = (idea: string): string =>
  idea.slice(0, readAtMost).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** FNV-1a: tells ideas without any readable word apart. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const unit of text.slice(0, readAtMost))
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  return String(hash >>> 0);
}
