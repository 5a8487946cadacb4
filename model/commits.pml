/*
 * The commit protocol of the orchestrator: optimistic commits, `published`, the cache rule, absorbed inputs, armed timers.
 * README.md says what is left out, which line of code each label stands for, and how to read a trail.
 *
 * Checked, in every interleaving of the processes below and of a bounded number of faults:
 *   P1 an effect is published only when the commit that opened it is stored                     (C4, I5)   inline publish
 *   P2 a run's version rises by one for each commit; who is late changes nothing                (C3, I3)   inline insert
 *   P3 a record is acknowledged only when every effect of the commits it led to was published,
 *      or the attempt it opens was settled: until then the record itself brings the effect back (C4, I15)  inline acknowledge
 *   P4 an effect is published at most once, and once more for each record that a fault brings
 *      back; duplicates add none                                                                (C5, I6)   macro SEND
 *   P5 a response is never met by a primary that does not know its attempt                      (I4)       label STALE
 *   P6 the row's bound is never later than the next deadline of a live run                      (C2, I2)   process BoundNeverLate
 *   P7 when nothing can move any more, every run has ended, its output was published, its row
 *      says so, and no record is left                                                           (C2, I27)  process AtRest
 *   P8 nothing goes round for ever: the state graph has no cycle (checked by `pan -l`, no label is a progress label)
 *   P9 an ended run keeps its outcome                                                           (C9, I12)  inline insert
 */

/* ---- one configuration; scripts/check-model.ts passes others with -D ---- */
#ifndef RUNS
#define RUNS 1          /* runs, each with its own records */
#endif
#ifndef BATCH
#define BATCH 1         /* records in one invocation, at most 2 */
#endif
#ifndef STEPS
#define STEPS 2         /* attempts a run opens, one after the other (with WIDE: side by side) */
#endif
#ifndef CANCEL
#define CANCEL 0        /* 1: a cancel may come at any time once the run is there */
#endif
#ifndef WAKES
#define WAKES 0         /* claims the timer may make for one run; 0: no rows, no timer */
#endif
#ifndef LAST
#define LAST 0          /* the clock goes from 0 to LAST */
#endif
#ifndef WIDE
#define WIDE 0          /* 1: the start opens task 1 and leaves task 2 to a further commit of the same invocation */
#endif
#ifndef SHARED
#define SHARED 0        /* 1: the two invocations overlap in one process, with one cache */
#endif
#ifndef FAULTS
#define FAULTS 2        /* invocations that end early (crash, unclear insert or publish, failed row write), and
                           invocations given up by the log while they go on (pause, zombie), together */
#endif
#ifndef COUNT
#define COUNT 1         /* 0: whether an effect was published, not how often: fewer states, and P4 is not checked */
#endif
#ifndef COPIES
#define COPIES 1        /* records appended a second time, at another offset */
#endif

#define NONE 255
#define KINDS (STEPS + 2 + WAKES)
#define S 0             /* start */
#define R(a) (a)        /* response to attempt a = 1..STEPS */
#define C (STEPS + 1)   /* cancel */
#define W(k) (C + (k))  /* the k-th wake */
#define RECORDS (2 * KINDS)
#define REC(run, kind, copy) ((run) * RECORDS + 2 * (kind) + (copy))
#define RUN(rec) ((rec) / RECORDS)
#define PLACE(rec) ((rec) % RECORDS)   /* topic, partition and offset in one number */
#define KIND(rec) (PLACE(rec) / 2)
#define BIT(i) (1 << (i))
#define HAS(set, i) (((set) >> (i)) & 1)
#define VERSIONS (STEPS + STEPS + WAKES + CANCEL + WIDE + 3)

/* a record: not there, to be delivered, held by an invocation (HELD + worker), acknowledged */
#define AWAY 0
#define READY 1
#define ACKED 2
#define HELD 3
byte log[RUNS * RECORDS];

/* a run, folded: the fold of its first `ver` commits */
#define ABSENT 0
#define LIVE 1
#define ENDED 2
#define CANCELLED 3
typedef Folded {
  byte st;
  byte ver;
  byte att;     /* attempts opened so far */
  byte open;    /* those unsettled, as bits */
  byte unans;   /* given up, late response still to come */
  byte woken;   /* highest wake consumed */
  bit canc;     /* the cancel was consumed */
  bit left;     /* ready work left for a further commit */
  byte due;     /* next deadline */
  byte bound    /* the armed bound, as folded */
};
/* what is stored of the commits of one run */
typedef Commits {
  byte task[VERSIONS];      /* attempts opened, as bits */
  bit out[VERSIONS];        /* holds the output */
  bit wake[VERSIONS];       /* holds wake.consumed */
  byte bound[VERSIONS];     /* of its timer.armed */
  byte published;           /* of the newest */
  int causes[VERSIONS]      /* places of records */
#if WIDE
  ; bit further[VERSIONS]   /* took the work that an earlier commit of its invocation had left */
#endif
};
Folded head[RUNS];           /* fold of everything stored: what the primary answers */
Commits stored[RUNS];
byte sentTask[RUNS * (STEPS + 1)];
byte sentOut[RUNS];

typedef IndexRow { byte st; byte wakeAt; byte armedBy; byte sentAt; bit postponed };
IndexRow row[RUNS];
byte claims[RUNS];

typedef Entry { bit there; byte published; int acked; Folded s };
Entry cache[2 * RUNS];
#define CACHE(w, r) cache[(SHARED -> 0 : (w)) * RUNS + (r)]

byte now, faults, copies;
bit begun;

#if COUNT
#define SEND(x) x++; assert(x <= 1 + BATCH * faults + claims[0])                                  /* P4 */
#else
#define SEND(x) x = 1
#endif

#define COPYSTATE(to, from) \
  to.st = from.st; to.ver = from.ver; to.att = from.att; to.open = from.open; to.unans = from.unans; \
  to.woken = from.woken; to.canc = from.canc; to.left = from.left; to.due = from.due; to.bound = from.bound
#define CLEARSTATE(x) \
  x.st = 0; x.ver = 0; x.att = 0; x.open = 0; x.unans = 0; x.woken = 0; x.canc = 0; x.left = 0; x.due = 0; x.bound = 0
#define CLEARENTRY(x) x.there = 0; x.published = 0; x.acked = 0; CLEARSTATE(x.s)
#define COPYENTRY(to, from) to.there = from.there; to.published = from.published; to.acked = from.acked; COPYSTATE(to.s, from.s)
#define MIN(a, b) ((a) < (b) -> (a) : (b))
#define CAP(t) MIN(t, LAST)
#define TIMED (LAST > 0 && !WIDE)  /* attempts can time out */

/* spin has no choice over a range that can block: the places of all records, written out for each size of the log */
#if RUNS * RECORDS == 6
#define EVERY_READY P(0) P(1) P(2) P(3) P(4) P(5)
#define EVERY_HOLDER G(0) G(1) G(2) G(3) G(4) G(5)
#elif RUNS * RECORDS == 8
#define EVERY_READY P(0) P(1) P(2) P(3) P(4) P(5) P(6) P(7)
#define EVERY_HOLDER G(0) G(1) G(2) G(3) G(4) G(5) G(6) G(7)
#elif RUNS * RECORDS == 10
#define EVERY_READY P(0) P(1) P(2) P(3) P(4) P(5) P(6) P(7) P(8) P(9)
#define EVERY_HOLDER G(0) G(1) G(2) G(3) G(4) G(5) G(6) G(7) G(8) G(9)
#elif RUNS * RECORDS == 12
#define EVERY_READY P(0) P(1) P(2) P(3) P(4) P(5) P(6) P(7) P(8) P(9) P(10) P(11)
#define EVERY_HOLDER G(0) G(1) G(2) G(3) G(4) G(5) G(6) G(7) G(8) G(9) G(10) G(11)
#elif RUNS * RECORDS == 16
#define EVERY_READY P(0) P(1) P(2) P(3) P(4) P(5) P(6) P(7) P(8) P(9) P(10) P(11) P(12) P(13) P(14) P(15)
#define EVERY_HOLDER G(0) G(1) G(2) G(3) G(4) G(5) G(6) G(7) G(8) G(9) G(10) G(11) G(12) G(13) G(14) G(15)
#elif RUNS * RECORDS == 20
#define EVERY_READY P(0) P(1) P(2) P(3) P(4) P(5) P(6) P(7) P(8) P(9) P(10) P(11) P(12) P(13) P(14) P(15) P(16) P(17) P(18) P(19)
#define EVERY_HOLDER G(0) G(1) G(2) G(3) G(4) G(5) G(6) G(7) G(8) G(9) G(10) G(11) G(12) G(13) G(14) G(15) G(16) G(17) G(18) G(19)
#elif RUNS * RECORDS == 24
#define EVERY_READY P(0) P(1) P(2) P(3) P(4) P(5) P(6) P(7) P(8) P(9) P(10) P(11) P(12) P(13) P(14) P(15) P(16) P(17) P(18) P(19) P(20) P(21) P(22) P(23)
#define EVERY_HOLDER G(0) G(1) G(2) G(3) G(4) G(5) G(6) G(7) G(8) G(9) G(10) G(11) G(12) G(13) G(14) G(15) G(16) G(17) G(18) G(19) G(20) G(21) G(22) G(23)
#else
#error no list of places for a log of this size: write one out
#endif
#if RUNS > 1 && WAKES > 0
#error rows, wakes and the timer are modelled for one run
#endif
#if WIDE && BATCH > 1
#error a further commit is modelled for batches of one record
#endif

#include "decide.pml"
#include "store.pml"
#include "rows.pml"
#include "worker.pml"
#include "world.pml"
