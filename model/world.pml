/* ---- the world: agents, the log, the clock ---- */
#define AGENT(r, a) \
  :: a <= STEPS && sentTask[(r) * (STEPS + 1) + (a <= STEPS -> a : 0)] > 0 && log[REC(r, R(a <= STEPS -> a : 1), 0)] == AWAY -> \
     log[REC(r, R(a <= STEPS -> a : 1), 0)] = READY
#define AGENTS(r) AGENT(r, 1) AGENT(r, 2) AGENT(r, 3)
#define CANCELS(r) :: CANCEL && head[r].ver > 0 && log[REC(r, C, 0)] == AWAY -> log[REC(r, C, 0)] = READY
/* appended again: a producer's retry, an agent that answers again, a wake sent twice */
#define AGAIN(r, k) \
  :: k < KINDS && copies < COPIES && log[REC(r, (k < KINDS -> k : 0), 0)] != AWAY && log[REC(r, (k < KINDS -> k : 0), 1)] == AWAY -> \
     copies++; log[REC(r, (k < KINDS -> k : 0), 1)] = READY
#define AGAINS(r) AGAIN(r, 0) AGAIN(r, 1) AGAIN(r, 2) AGAIN(r, 3) AGAIN(r, 4) AGAIN(r, 5)
/* the log gives an invocation up and delivers its records to another, while the first one goes on */
#define G(x) :: faults < FAULTS && log[x] >= HELD -> faults++; h = log[x]
proctype World() {
  byte h, j;
end_world:
  do
  :: atomic {
    if
    AGENTS(0) CANCELS(0) AGAINS(0)
#if RUNS == 2
    AGENTS(1) CANCELS(1) AGAINS(1)
#endif
    EVERY_HOLDER
    :: now < LAST && (now < LAST - 1 || head[0].ver > 0) -> now++ /* a start is taken up before a minute has passed */
    fi;
    if
    :: h ->
      printf("log: gives up on worker %d\n", h - HELD);
      do
      :: j < RUNS * RECORDS -> if :: log[j] == h -> log[j] = READY :: else fi; j++
      :: j == RUNS * RECORDS -> break
      od;
      h = 0; j = 0
    :: else
    fi
  }
  od
}

#if WAKES > 0
/* a wake that is on its way: sending another takes ten seconds in the world, and one of the copies here */
#define WAITS(k) (k <= WAKES && (log[REC(0, W(k <= WAKES -> k : 1), 0)] == READY || log[REC(0, W(k <= WAKES -> k : 1), 0)] >= HELD || \
  log[REC(0, W(k <= WAKES -> k : 1), 1)] == READY || log[REC(0, W(k <= WAKES -> k : 1), 1)] >= HELD))
#define QUIET (!WAITS(1) && !WAITS(2) && !WAITS(3) && !WAITS(4) && !WAITS(5) && !WAITS(6))
proctype Timer() {
end_timer:
  do
  :: atomic {
    row[0].st == LIVE && row[0].wakeAt <= now && claims[0] < WAKES &&
    (row[0].sentAt == 0 || QUIET || copies < COPIES) ->
    if :: row[0].sentAt != 0 && !QUIET -> copies++ :: else fi;
    claims[0]++;
    row[0].sentAt = claims[0]; printf("timer: wake %d at time %d\n", claims[0], now);
    if
    :: log[REC(0, W(claims[0]), 0)] = READY
    :: faults < FAULTS -> faults++ /* claimed, never published */
    fi
  }
  od
}
proctype BoundNeverLate() { /* P6 */
end_bound:
  atomic {
    head[0].st == LIVE && !(row[0].st == LIVE && (row[0].postponed || row[0].wakeAt <= head[0].due && (!head[0].left || row[0].wakeAt <= now))) ->
    assert(false)
  }
}
#endif

inline at_rest(q) {
  assert(head[q].st >= ENDED);
  assert(sentOut[q] >= 1);
#if WAKES > 0
  assert(row[q].st == ENDED);
#endif
  x = 0;
  do
  :: x < RECORDS -> assert(log[q * RECORDS + x] == AWAY || log[q * RECORDS + x] == ACKED); x++
  :: x == RECORDS -> break
  od
}
proctype AtRest() { /* P7 */
  byte x;
end_rest:
  atomic {
    timeout ->
    at_rest(0);
#if RUNS == 2
    at_rest(1)
#endif
  }
}

init {
  atomic {
    log[REC(0, S, 0)] = READY;
#if RUNS == 2
    log[REC(1, S, 0)] = READY;
#endif
    run Worker(0);
    run Worker(1);
    run World();
#if WAKES > 0
    run Timer();
    run BoundNeverLate();
#endif
    run AtRest()
  }
}
