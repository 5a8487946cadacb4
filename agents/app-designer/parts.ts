/** The parts a scripted design is put together from: one service each, with its store, events and interests. */
import { type DesignEvent, type Service, type Store } from '../application-design.ts';
import { type Domain, emit } from './domains/domain.ts';
import { plural } from './words.ts';

export interface Part {
  readonly service: Service;
  readonly stores: readonly Store[];
  readonly events: readonly Omit<DesignEvent, 'consumers'>[];
  readonly reactsTo: (event: string) => boolean;
  readonly requirement: string;
}

export function domainPart(domain: Domain): Part {
  const { noun, does, kind, data } = domain;
  const service = `${noun}-service`;
  const store = `${noun}-${kind === 'object' ? 'files' : 'db'}`;
  const path = `/${plural(noun)}`;
  return {
    service: {
      name: service,
      responsibility: does,
      runtime: 'function',
      endpoints: [
        { method: 'POST', path, purpose: `Adds one of the ${plural(noun)}.` },
        { method: 'GET', path: `${path}/{${noun}Id}`, purpose: `Reads one of the ${plural(noun)}.` },
      ],
      uses: [store],
    },
    stores: [{ name: store, kind, owner: service, data }],
    events: domain.emits.map(({ verb, fields, why }) => {
      const key = domain.key ?? `${noun}Id`;
      const all = { [key]: 'string' as const, ...fields, occurredAt: 'timestamp' as const };
      return {
        name: `${noun}.${verb}`,
        producer: service,
        key,
        fields: Object.entries(all).map(([name, type]) => ({ name, type, required: true })),
        why,
      };
    }),
    reactsTo: (event) => domain.reacts.includes(event),
    requirement: `${plural(noun)}: ${does}`,
  };
}

/** A thing the vocabulary does not know: named after the idea's own word. */
export const entityPart = (noun: string): Part =>
  domainPart({
    noun,
    cues: [],
    does: `Keeps ${plural(noun)}, the rules for changing them and who may do so.`,
    kind: 'document',
    data: `${plural(noun)} with their history`,
    emits: [
      emit('created', { title: 'string' }, `Other services prepare for a new ${noun}.`),
      emit('changed', { title: 'string', status: 'string' }, `Copies and views of a ${noun} must follow.`),
    ],
    reacts: [],
  });

interface Role {
  readonly name: string;
  readonly cues: readonly string[];
  readonly does: string;
  readonly store: Pick<Store, 'name' | 'kind' | 'data'>;
  readonly path: string;
  readonly runtime: Service['runtime'];
  readonly reactsTo: (event: string) => boolean;
}

const cues = (text: string): readonly string[] => text.split(' ');
// One record for each reading would drown people; views that count them are another matter.
const forPeople = (event: string): boolean => event !== 'telemetry.recorded';

/** What follows the events of others. Asked for by words of the idea, whatever its domain. */
export const roles: readonly Role[] = [
  {
    name: 'live-gateway',
    cues: cues(
      'live realtime instantly immediately websocket push stream streaming map multiplayer chat collaborative',
    ),
    does: 'Holds the connections of browsers and phones and pushes each change to those who watch it.',
    store: {
      name: 'live-connections',
      kind: 'key-value',
      data: 'open connections and what each watches, expiring',
    },
    path: '/live',
    runtime: 'container',
    reactsTo: forPeople,
  },
  {
    name: 'notification-service',
    cues: cues('notify notification email sms remind reminder alert inform newsletter warn'),
    does: 'Tells people by mail, text or push what concerns them, once, in their language, unless they opted out.',
    store: { name: 'notification-db', kind: 'key-value', data: 'preferences, what was sent to whom' },
    path: '/preferences',
    runtime: 'function',
    reactsTo: forPeople,
  },
  {
    name: 'search-service',
    cues: cues('search searching find discover discovery browse filter recommend recommendation'),
    does: 'Answers searches from an index that follows the events.',
    store: {
      name: 'search-index',
      kind: 'search',
      data: 'searchable copies, rebuilt from the topics at any time',
    },
    path: '/search',
    runtime: 'function',
    reactsTo: (event) => /\.(?:created|changed|registered|published|posted|opened|processed)$/.test(event),
  },
  {
    name: 'analytics-service',
    cues: cues(
      'analytics analyse analyze report reporting dashboard statistic insight metric forecast trend kpi chart',
    ),
    does: 'Adds the events up to the numbers that are reported.',
    store: { name: 'analytics-db', kind: 'relational', data: 'counts and sums by day and kind' },
    path: '/reports',
    runtime: 'function',
    reactsTo: () => true,
  },
];

/** Takes the events nobody else takes, so that none is published for nobody. */
export const activity: Role = {
  name: 'activity-service',
  cues: [],
  does: 'Keeps the history that people look at and auditors ask for, built from the events.',
  store: { name: 'activity-db', kind: 'document', data: 'what happened, when, to what, by whom' },
  path: '/activity',
  runtime: 'function',
  reactsTo: () => true,
};

export const rolePart = (role: Role): Part => ({
  service: {
    name: role.name,
    responsibility: role.does,
    runtime: role.runtime,
    endpoints: [{ method: 'GET', path: role.path, purpose: role.does }],
    uses: [role.store.name],
  },
  stores: [{ ...role.store, owner: role.name }],
  events: [],
  reactsTo: role.reactsTo,
  requirement: `${role.name}: ${role.does}`,
});
