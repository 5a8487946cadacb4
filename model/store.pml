/* ---- one sandbox of the orchestrator ---- */
inline load(r) {
  d_step {
    CLEARENTRY(e[r]);
    if
    :: head[r].ver > 0 ->
      e[r].there = 1;
      e[r].published = stored[r].published;
      COPYSTATE(e[r].s, head[r])
    :: else
    fi
  }
  primary = primary | BIT(r)
}
#define MINE(i, r) (b[i] != NONE && RUN(b[i]) == (r) -> BIT(i) : 0)
#if BATCH == 2
#define RUNMASK(r) (MINE(0, r) | MINE(1, r))
#else
#define RUNMASK(r) MINE(0, r)
#endif
inline fold(r) {
  COPYSTATE(n[r], e[r].s);
  d[r].any = 0; d[r].task = 0; d[r].out = 0; d[r].wake = 0; d[r].causes = 0;
  d[r].before = (e[r].s.st == ABSENT -> NONE : e[r].s.bound);
  idle = idle & ~(RUNMASK(r)); stale = stale & ~(RUNMASK(r));
  if
  :: HAS(carry, r) ->
    if
    :: n[r].st == LIVE && n[r].left ->
      n[r].left = 0; open_next(n[r], d[r]); d[r].any = 1;
#ifndef MUT_CONTINUE_WITHOUT_CAUSE
      d[r].causes = carried[r]
#endif
    :: else
    fi
  :: else ->
    i = 0;
    do
    :: i < BATCH && b[i] != NONE && RUN(b[i]) == r ->
      decide_evolve(n[r], d[r], KIND(b[i]), outcome);
      if
      :: outcome == 1 -> d[r].any = 1; d[r].causes = d[r].causes | BIT(PLACE(b[i]))
      :: outcome == 0 -> idle = idle | BIT(i)
      :: outcome == 2 -> stale = stale | BIT(i)
      fi;
      i++
    :: i < BATCH && (b[i] == NONE || RUN(b[i]) != r) -> i++
    :: i == BATCH -> break
    od;
    i = 0; outcome = 0
  fi
}

inline published_for(r, upto) {
  upto = e[r].published;
  v = upto + 1;
  do
  :: v <= e[r].s.ver && (HAS(e[r].acked, v) || SPENT(n[r], r, v)) -> upto = v; v++
#ifdef MUT_PUBLISHED_PAST_GAP
  :: v <= e[r].s.ver && !(HAS(e[r].acked, v) || SPENT(n[r], r, v)) -> v++
#else
  :: v <= e[r].s.ver && !(HAS(e[r].acked, v) || SPENT(n[r], r, v)) -> break
#endif
  :: v > e[r].s.ver -> break
  od;
  v = 0
}
#define FORGET_ACKED(x) x.acked = x.acked & ~(BIT(x.published + 1) - 1) /* below `published` nobody asks */
/* one insert: compare and set */
inline insert(r) {
  if
#ifndef MUT_OVERWRITE
  :: n[r].ver <= head[r].ver -> lost = lost | BIT(r); printf("worker %d: run %d, commit %d lost the race\n", me, r, n[r].ver)
#endif
  :: else ->
    assert(n[r].ver == head[r].ver + 1);                                          /* P2 */
    assert(head[r].st < ENDED || head[r].st == n[r].st);                          /* P9 */
    v = n[r].ver;
    stored[r].task[v] = d[r].task; stored[r].out[v] = d[r].out; stored[r].wake[v] = d[r].wake;
    stored[r].bound[v] = n[r].bound; stored[r].causes[v] = d[r].causes;
#if WIDE
    stored[r].further[v] = HAS(carry, r);
#endif
    published_for(r, upto);
    stored[r].published = upto;
    e[r].published = upto; upto = 0;
    FORGET_ACKED(e[r]);
    COPYSTATE(head[r], n[r]);
    COPYSTATE(e[r].s, n[r]);
    e[r].there = 1;
    send[r] = BIT(n[r].ver);
    printf("worker %d: run %d, commit %d stored: tasks %d output %d wake %d causes %d published %d\n", me, r, n[r].ver, d[r].task, d[r].out, d[r].wake, d[r].causes, stored[r].published);
    won = won | BIT(r); primary = primary | BIT(r)
  fi
}
/* a wake sends further commits that may not have been sent: the record that caused them may be acknowledged */
#if WIDE && WAKES > 0 && !defined(MUT_WAKE_FORGETS_FURTHER)
#define WAKE_HEALS(r) (b[0] != NONE && KIND(b[0]) >= W(1))
#else
#define WAKE_HEALS(r) false
#endif
/* the commits above `published` that these very records caused, beside those just stored */
inline add_unsent(r) {
  if
  :: e[r].there && !HAS(lost, r) && ((idle & RUNMASK(r)) || WAKE_HEALS(r)) ->
    v = e[r].published + 1;
    do
    :: v <= e[r].s.ver ->
      i = 0;
      do
      :: i < BATCH ->
#if defined(MUT_ANY_COPY)
        if
        :: b[i] != NONE && RUN(b[i]) == r && HAS(idle, i) && !HAS(e[r].acked, v) &&
           (stored[r].causes[v] & (3 << (2 * KIND(b[i])))) -> send[r] = send[r] | BIT(v)
        :: else
        fi;
#elif !defined(MUT_NO_RESEND)
        if
        :: b[i] != NONE && RUN(b[i]) == r && HAS(idle, i) && !HAS(e[r].acked, v) &&
           HAS(stored[r].causes[v], PLACE(b[i])) -> send[r] = send[r] | BIT(v)
        :: else
        fi;
#endif
#if WAKES > 0
        if /* a wake that meets an end whose output may not have been sent */
        :: b[i] != NONE && RUN(b[i]) == r && KIND(b[i]) >= W(1) && HAS(idle, i) && !HAS(e[r].acked, v) && stored[r].out[v] ->
          send[r] = send[r] | BIT(v)
        :: else
        fi;
#endif
#if WIDE && WAKES > 0
        if /* and any wake that meets a further commit that may not have been sent */
        :: WAKE_HEALS(r) && !HAS(e[r].acked, v) && stored[r].further[v] -> send[r] = send[r] | BIT(v)
        :: else
        fi;
#endif
        i++
      :: i == BATCH -> break
      od;
      v++
    :: v > e[r].s.ver -> break
    od;
    v = 0; i = 0
  :: else
  fi
}
inline publish(r, set) {
  if :: set -> printf("worker %d: run %d, publishes commits %d (bits)\n", me, r, set) :: else fi;
  v = 1;
  do
  :: v <= VERSIONS - 1 && HAS(set, v) ->
    assert(v <= head[r].ver);                                                     /* P1 */
    i = 1;
    do
    :: i <= STEPS && HAS(stored[r].task[v] & e[r].s.open, i) ->
      SEND(sentTask[r * (STEPS + 1) + i]);
      i++
    :: i <= STEPS && !HAS(stored[r].task[v] & e[r].s.open, i) -> i++
    :: i > STEPS -> break
    od;
    if :: stored[r].out[v] -> SEND(sentOut[r]) :: else fi;
    v++
  :: v <= VERSIONS - 1 && !HAS(set, v) -> v++
  :: v == VERSIONS -> break
  od;
  v = 0; i = 0
}
inline mark_acknowledged(r) {
  e[r].acked = e[r].acked | send[r];
  do
  :: e[r].published < e[r].s.ver && HAS(e[r].acked, e[r].published + 1) -> e[r].published = e[r].published + 1
#ifdef MUT_PUBLISHED_PAST_GAP
  :: e[r].published < e[r].s.ver && !HAS(e[r].acked, e[r].published + 1) && (e[r].acked >> (e[r].published + 1)) ->
     e[r].published = e[r].published + 1
  :: e[r].published == e[r].s.ver || !(e[r].acked >> (e[r].published + 1)) -> break
#else
  :: else -> break
#endif
  od;
  FORGET_ACKED(e[r])
}
