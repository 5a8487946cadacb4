/* ---- core/run: decide and evolve, for one input ---- */
typedef Draft {
  bit any;      /* there are events */
  byte task; bit out; bit wake;
  byte before;  /* the bound before */
  int causes
};

/* a new attempt; its deadline is free where time is modelled, so that it may come before the armed bound */
inline open_next(s, d) {
  s.att++;
  s.open = s.open | BIT(s.att);
  d.task = d.task | BIT(s.att);
  if
  :: TIMED -> s.due = CAP(now + 1)
  :: TIMED && CAP(now + 2) > CAP(now + 1) -> s.due = CAP(now + 2)
  :: !TIMED -> s.due = 9
  fi;
  s.bound = MIN(s.bound, s.due)
}
inline finish(s, d, how) {
  s.st = how; s.open = 0; s.left = 0; s.due = NONE; s.bound = NONE;
  d.out = 1
}
/* what follows a settled attempt */
inline advance(s, d) {
  if
  :: s.open != 0 || s.left -> skip
  :: s.open == 0 && !s.left && s.att < STEPS -> open_next(s, d)
  :: s.open == 0 && !s.left && s.att == STEPS -> finish(s, d, ENDED)
  fi
}
/* outcome: 1 taken (there are events), 0 idle (absorbed or empty), 2 stale */
inline decide_evolve(s, d, k, outcome) {
  outcome = 1;
  if
  :: k == S ->
    if
    :: s.st == ABSENT ->
      s.st = LIVE; s.bound = NONE;
      open_next(s, d);
      if :: WIDE -> s.left = 1; s.bound = now :: else fi
    :: else -> outcome = 0
    fi
  :: k >= R(1) && k <= R(STEPS) ->
    if
    :: s.st == ABSENT || k > s.att -> outcome = 2
    :: s.st != ABSENT && k <= s.att && HAS(s.unans, k) -> s.unans = s.unans - BIT(k)   /* response.late */
    :: s.st != ABSENT && k <= s.att && HAS(s.open, k) -> s.open = s.open - BIT(k); advance(s, d)
    :: else -> outcome = 0
    fi
  :: k == C ->
    if
#ifdef MUT_CANCEL_ENDED
    :: (s.st == LIVE || s.st == ENDED) && !s.canc ->
#else
    :: s.st == LIVE ->
#endif
      s.canc = 1; s.unans = s.unans | s.open; finish(s, d, CANCELLED)
    :: else -> outcome = 0
    fi
  :: k >= W(1) ->
#ifdef MUT_DECIDE_WAKE
    if
    :: s.st == LIVE ->
#else
    if
    :: s.st == LIVE && k - C > s.woken ->
#endif
      s.woken = (k - C > s.woken -> k - C : s.woken); d.wake = 1;
      if
      :: s.due <= now -> /* the attempts in flight time out */
        s.unans = s.unans | s.open; s.open = 0;
        advance(s, d)
      :: s.due > now && s.left -> s.left = 0; open_next(s, d)
      :: else
      fi;
      s.bound = s.due                                                              /* timer.armed */
    :: else -> outcome = 0
    fi
  fi
}
/* evolve and effects: the newest commit's tail that may still need sending */
#define OPEN(s, task) ((task) & s.open)
#define SPENT(s, r, v) (!OPEN(s, stored[r].task[v]) && !stored[r].out[v])
