/** Domains about people: what they say, learn, play and need. */
import { type Domain, emit, words } from './domain.ts';

export const peopleDomains: readonly Domain[] = [
  {
    noun: 'message',
    key: 'conversationId',
    cues: words('chat message messaging messenger conversation inbox forum discussion'),
    does: 'Takes messages, keeps their order in each conversation, and delivers them.',
    kind: 'document',
    data: 'conversations, members, messages',
    emits: [
      emit(
        'posted',
        { conversationId: 'string', authorId: 'string', body: 'string' },
        'Every member’s device shows it at once.',
      ),
    ],
    reacts: ['moderation.decided'],
  },
  {
    noun: 'post',
    cues: words(
      'social feed follower timeline community blog article news publish publishing comment newsletter post',
    ),
    does: 'Publishes posts and comments and builds each reader’s feed.',
    kind: 'document',
    data: 'posts, comments, follows',
    emits: [
      emit(
        'published',
        { authorId: 'string', title: 'string' },
        'Feeds, search and moderation follow what is published.',
      ),
    ],
    reacts: ['moderation.decided', 'media.processed'],
  },
  {
    noun: 'moderation',
    cues: words('moderate moderation abuse spam community social forum'),
    does: 'Judges what people post and keeps the reasons.',
    kind: 'document',
    data: 'cases, decisions, appeals',
    emits: [
      emit('decided', { decision: 'string', reason: 'string' }, 'What is refused disappears everywhere.'),
    ],
    reacts: ['post.published', 'message.posted', 'review.posted', 'media.processed'],
  },
  {
    noun: 'media',
    cues: words(
      'photo picture image video film music song audio podcast upload gallery media camera streaming file document scan pdf',
    ),
    does: 'Takes uploads, checks and converts them, and serves them by expiring links.',
    kind: 'object',
    data: 'originals and converted files',
    emits: [
      emit(
        'processed',
        { contentType: 'string', bytes: 'integer' },
        'A file is of use only once it is checked and converted.',
      ),
    ],
    reacts: [],
  },
  {
    noun: 'review',
    cues: words('review rating feedback opinion recommend recommendation'),
    does: 'Collects ratings and reviews, one for each person and thing.',
    kind: 'document',
    data: 'reviews, ratings, averages',
    emits: [
      emit(
        'posted',
        { subjectId: 'string', stars: 'integer' },
        'Averages and recommendations change with every review.',
      ),
    ],
    reacts: ['delivery.completed', 'trip.completed', 'booking.confirmed', 'moderation.decided'],
  },
  {
    noun: 'course',
    cues: words(
      'course learn learning teach teacher student lesson school quiz exam homework training education classroom tutor language',
    ),
    does: 'Keeps courses, lessons and how far each learner is.',
    kind: 'document',
    data: 'courses, lessons, enrolments, progress',
    emits: [
      emit('completed', { learnerId: 'string', score: 'number' }, 'Certificates and the next lesson follow.'),
    ],
    reacts: ['payment.captured', 'media.processed'],
  },
  {
    noun: 'patient',
    cues: words('patient doctor health clinic hospital medical medicine nurse therapy prescription vet'),
    does: 'Keeps records of patients with consent and a trace of every access.',
    kind: 'relational',
    data: 'patients, records, consents, accesses',
    emits: [emit('admitted', { reason: 'string' }, 'Care, beds and billing are prepared.')],
    reacts: ['booking.confirmed', 'alarm.raised'],
  },
  {
    noun: 'ticket',
    cues: words('support helpdesk complaint issue bug maintenance repair ticket'),
    does: 'Takes requests for help, assigns them and watches their deadlines.',
    kind: 'relational',
    data: 'tickets, assignments, answers',
    emits: [
      emit(
        'opened',
        { customerId: 'string', priority: 'string' },
        'The right person is found before the deadline runs.',
      ),
    ],
    reacts: ['alarm.raised', 'payment.failed', 'message.posted'],
  },
  {
    noun: 'game',
    cues: words('game player play score tournament league leaderboard multiplayer team sport chess'),
    does: 'Runs matches by the rules and keeps the score.',
    kind: 'key-value',
    data: 'matches, moves, scores',
    emits: [
      emit('finished', { winnerId: 'string', score: 'integer' }, 'Rankings and prizes follow each result.'),
    ],
    reacts: [],
  },
  {
    noun: 'vote',
    key: 'ballotId',
    cues: words('vote voting poll survey election ballot petition questionnaire'),
    does: 'Counts every vote once and keeps it secret where it must be.',
    kind: 'key-value',
    data: 'ballots, who has voted, counts',
    emits: [emit('cast', { ballotId: 'string' }, 'Counts go up without the voter’s name.')],
    reacts: [],
  },
  {
    noun: 'workout',
    cues: words('fitness workout exercise gym runner training diet nutrition calorie sleep habit'),
    does: 'Records activities and compares them with the goals.',
    kind: 'document',
    data: 'activities, goals, achievements',
    emits: [
      emit(
        'recorded',
        { athleteId: 'string', minutes: 'integer' },
        'Goals and rankings move with every activity.',
      ),
    ],
    reacts: ['telemetry.recorded'],
  },
  {
    noun: 'inference',
    cues: words(
      'ai llm gpt chatbot summarise summarize summary translate translation classify prediction predict generate assistant agent',
    ),
    does: 'Asks a language model within a budget and keeps question, answer and cost.',
    kind: 'document',
    data: 'questions, answers, token usage',
    emits: [
      emit(
        'finished',
        { model: 'string', tokens: 'integer' },
        'Answers take seconds to minutes: nobody waits on an open connection.',
      ),
    ],
    reacts: ['media.processed', 'message.posted', 'post.published', 'ticket.opened'],
  },
  {
    noun: 'account',
    cues: words(
      'login signup register registration profile member membership customer identity authentication',
    ),
    does: 'Knows who people are and what they allow.',
    kind: 'document',
    data: 'profiles, consents, preferences; no passwords',
    emits: [emit('registered', { email: 'string' }, 'A welcome is sent and the first steps are prepared.')],
    reacts: [],
  },
];
