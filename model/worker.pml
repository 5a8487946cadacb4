/* A further commit may be stored, by an invocation that was given up, after its record was acknowledged: P7 looks at those. */
#if WIDE
#define OWES(r, v, x) (HAS(stored[r].causes[v], PLACE(x)) && !stored[r].further[v])
#else
#define OWES(r, v, x) HAS(stored[r].causes[v], PLACE(x))
#endif
/* P3: whoever acknowledges leaves no effect behind that only this record could bring back */
inline acknowledge(x) {
  if
  :: log[x] == HELD + me ->
    v = 1;
    do
    :: v <= head[RUN(x)].ver ->
      if
      :: OWES(RUN(x), v, x) ->
        i = 1;
        do
        :: i <= STEPS ->
          assert(!HAS(stored[RUN(x)].task[v] & head[RUN(x)].open, i) || sentTask[RUN(x) * (STEPS + 1) + i] > 0);
          i++
        :: i > STEPS -> break
        od;
        assert(!stored[RUN(x)].out[v] || sentOut[RUN(x)] > 0)
      :: else
      fi;
      v++
    :: v > head[RUN(x)].ver -> break
    od;
    v = 0; i = 0;
    printf("worker %d: acknowledges record %d\n", me, x);
    log[x] = ACKED
  :: else /* given up by the log meanwhile: nobody listens to this answer */
  fi
}
inline put_cache(r) {
  if
  :: e[r].there && e[r].s.st == LIVE && !(CACHE(me, r).there && CACHE(me, r).s.ver > e[r].s.ver) ->
    COPYENTRY(CACHE(me, r), e[r])
  :: else
  fi
}
inline forget() {
  r = 0;
  do
  :: r < RUNS ->
    CLEARENTRY(e[r]); CLEARSTATE(n[r]);
    d[r].any = 0; d[r].task = 0; d[r].out = 0; d[r].wake = 0; d[r].before = 0; d[r].causes = 0;
    send[r] = 0; carried[r] = 0;
    r++
  :: r == RUNS -> break
  od;
  r = 0; v = 0; i = 0; upto = 0; outcome = 0;
  primary = 0; pend = 0; carry = 0; idle = 0; stale = 0; won = 0; lost = 0;
  b[0] = NONE; b[1] = NONE
}
/* for each run r of the round: `what`, as part of the same step */
#define EACH(what) \
  r = 0; do :: r < RUNS && HAS(pend, r) -> what; r++ :: r < RUNS && !HAS(pend, r) -> r++ :: r == RUNS -> break od; r = 0

#define MAYFAIL(when) :: atomic { faults < FAULTS && (when) -> faults++; goto fail }

inline take(x, slot) { b[slot] = x; log[x] = HELD + me; printf("worker %d: takes record %d (run %d, kind %d, copy %d)\n", me, x, RUN(x), KIND(x), x % 2) }

/* one record that is there: any. The two workers are alike: the very first record goes to the first. */
#define P(x) :: (begun || me == 0) && log[x] == READY -> sel = x
#if RUNS == 2
#define DRAFTS (d[0].any || d[1].any)
#define SENDS (send[0] || send[1])
#else
#define DRAFTS (d[0].any)
#define SENDS (send[0])
#endif

/* whether rows come first, and what comes next */
#define ROWFIRST ((idle && KIND(b[0]) >= W(1) && e[0].s.st == ABSENT) || (d[0].any && n[0].st == LIVE && (e[0].s.st == ABSENT || n[0].bound < d[0].before)))
#if WAKES > 0
#define WOKENEND (idle && KIND(b[0]) >= W(1) && e[0].s.st >= ENDED)
#else
#define WOKENEND false
#endif
#define NEXT if :: DRAFTS -> goto INSERT :: !DRAFTS && (SENDS || WOKENEND) -> goto PUBLISH :: else -> goto ACKNOWLEDGE fi

/* A3: what rests on a guess if it came from the cache */
#ifdef MUT_STALE_FROM_CACHE
#define GUESSED idle
#else
#define GUESSED (idle | stale)
#endif

proctype Worker(byte me) {
  byte b[2]; Entry e[RUNS]; Folded n[RUNS]; Draft d[RUNS];
  int send[RUNS], carried[RUNS];
  byte primary, pend, carry, idle, stale, won, lost;
  byte r, v, i, upto, outcome, sel;
  d_step { b[0] = NONE; b[1] = NONE }
end_idle:
  atomic { /* takeCached, loadRuns, foldRuns; nothing of it shows until the rows and the insert */
    if EVERY_READY fi;
    begun = 1; take(sel, 0); pend = BIT(RUN(sel)); sel = 0;
#if BATCH == 2
    if
    EVERY_READY; take(sel, 1); pend = pend | BIT(RUN(sel))
    :: skip
    fi;
    sel = 0;
#endif
    EACH(COPYENTRY(e[r], CACHE(me, r)); CLEARENTRY(CACHE(me, r)))
  }
ROUND:
  atomic {
    EACH(if :: !e[r].there -> load(r) :: else fi);
    EACH(fold(r));
#ifdef MUT_TRUST_CACHE
    idle = idle | stale; stale = 0;
#endif
#ifndef MUT_TRUST_CACHE
    EACH(if :: !HAS(primary, r) && (GUESSED & RUNMASK(r)) -> load(r); fold(r) :: else fi);
#endif
STALE:
    assert(!stale);                                                               /* P5 */
    EACH(
      if :: d[r].any -> n[r].ver = e[r].s.ver + 1 :: else -> add_unsent(r) fi
#ifdef MUT_PUBLISH_FIRST
      ; assert(!d[r].any || n[r].ver <= head[r].ver)                              /* P1, on effects that go out here */
#endif
#ifdef MUT_CACHE_EARLY
      ;
      if :: d[r].any && n[r].st == LIVE -> CACHE(me, r).there = 1; CACHE(me, r).published = e[r].published;
         CACHE(me, r).acked = e[r].acked; COPYSTATE(CACHE(me, r).s, n[r]) :: else fi
#endif
    );
#if WAKES > 0
    if :: ROWFIRST -> goto BEFORE :: else fi;
#endif
    NEXT
  }
#if WAKES > 0
BEFORE:
  atomic { EACH(settle_idle(r); if :: d[r].any -> write_before(r) :: else fi); NEXT }
#endif
INSERT: /* one bulk, but each insert stands alone: others may come between, and an outage may leave one of two */
  if
  :: atomic {
    if :: HAS(pend, 0) && d[0].any -> insert(0) :: else fi
#if RUNS == 1
    ; if :: !SENDS -> goto ACKNOWLEDGE :: else -> goto PUBLISH fi
#endif
  }
  MAYFAIL(true)
  fi;
#if RUNS == 2
INSERT_SECOND:
  if
  :: atomic { if :: HAS(pend, 1) && d[1].any -> insert(1) :: else fi; if :: !SENDS -> goto ACKNOWLEDGE :: else -> goto PUBLISH fi }
  MAYFAIL(d[1].any)
  fi;
#endif
PUBLISH:
  if
  :: atomic { EACH(if :: HAS(won, r) -> add_unsent(r) :: else fi);
              EACH(publish(r, send[r]); if :: send[r] -> mark_acknowledged(r) :: else fi)
#if WAKES > 0
              ; if :: e[0].s.st >= ENDED || d[0].wake || idle -> goto AFTER :: else -> goto ACKNOWLEDGE fi
#endif
            }
  MAYFAIL(true)
#if RUNS == 2
  :: atomic { /* the answer was lost, and one of the two is there */
    faults < FAULTS && send[0] && send[1] -> faults++; if :: true -> publish(0, send[0]) :: true -> publish(1, send[1]) fi; goto fail }
#else
  :: atomic { /* the same, of several commits of one run */
    faults < FAULTS && (send[0] & (send[0] - 1)) -> faults++;
    if :: true -> publish(0, send[0] & ~(send[0] - 1)) :: true -> publish(0, send[0] & (send[0] - 1)) fi; goto fail }
#endif
  fi;
#if WAKES > 0
AFTER:
  if
  :: atomic { EACH(write_after(r)) }
  MAYFAIL(true)
  fi;
#endif
ACKNOWLEDGE:
  if
  :: atomic {
    /* lost races decide again; a commit that left ready work is carried on */
    r = 0;
    do
    :: r < RUNS ->
      if
#ifdef MUT_LOST_KEEPS_STATE
      :: HAS(lost, r) -> skip
#else
      :: HAS(lost, r) -> CLEARENTRY(e[r]); primary = primary & ~BIT(r)
#endif
      :: HAS(won, r) && WIDE && n[r].left && HAS(d[r].task, 1) -> carry = carry | BIT(r); carried[r] = d[r].causes
      :: else -> pend = pend & ~BIT(r); carry = carry & ~BIT(r)
      fi;
      send[r] = 0; CLEARSTATE(n[r]);
      d[r].any = 0; d[r].task = 0; d[r].out = 0; d[r].wake = 0; d[r].before = 0; d[r].causes = 0;
      r++
    :: r == RUNS -> break
    od;
    r = 0; idle = 0; won = 0; lost = 0;
    if
    :: pend -> goto ROUND
    :: else
    fi;
    acknowledge(b[0]);
    if :: b[1] != NONE -> acknowledge(b[1]) :: else fi;
    do :: r < RUNS -> put_cache(r); r++ :: r == RUNS -> break od;
    forget();
    goto end_idle
  }
  MAYFAIL(SENDS)
  fi;
fail:
  atomic {
    printf("worker %d: FAILS\n", me);
    i = 0;
    do
    :: i < 2 -> if :: b[i] != NONE && log[(b[i] != NONE -> b[i] : 0)] == HELD + me -> log[b[i]] = READY :: else fi; i++
    :: i == 2 -> break
    od;
    if /* an unclear answer leaves the process and what it caches of other runs; a crash does not */
    :: !SHARED -> r = 0; do :: r < RUNS -> CLEARENTRY(CACHE(me, r)); r++ :: r == RUNS -> break od
    :: skip
    fi;
    forget();
    goto end_idle
  }
}
