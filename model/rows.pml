/* rows: each write is one atomic update */
#ifdef MUT_NO_ARM
#define ARMS false
#else
#define ARMS true
#endif
inline write_before(r) {
  if
  :: n[r].st != LIVE -> skip
  :: n[r].st == LIVE && e[r].s.st == ABSENT -> /* begin */
    if
    :: row[r].st == ABSENT -> row[r].st = LIVE; row[r].wakeAt = n[r].bound; row[r].armedBy = 0; row[r].sentAt = 0
    :: row[r].st == LIVE -> row[r].wakeAt = MIN(row[r].wakeAt, n[r].bound)
    :: else
    fi
  :: n[r].st == LIVE && e[r].s.st != ABSENT ->
    if
    :: n[r].bound < d[r].before && row[r].st == LIVE && ARMS -> /* arm */
      row[r].wakeAt = MIN(row[r].wakeAt, n[r].bound);
      row[r].armedBy = (row[r].armedBy > n[r].ver -> row[r].armedBy : n[r].ver);
      row[r].sentAt = 0;
      printf("worker %d: row of run %d: earlier bound %d, armed by %d\n", me, r, row[r].wakeAt, row[r].armedBy)
    :: else
    fi
  fi
}
inline write_after(r) {
  if
  :: e[r].s.st >= ENDED -> /* only the commit that ended the run ends its row, and a wake that found it so */
    v = 1;
    do
    :: v < VERSIONS -> if :: HAS(send[r], v) && stored[r].out[v] -> row_end(r) :: else fi; v++
    :: v == VERSIONS -> break
    od;
    v = 0;
    if :: (idle & RUNMASK(r)) && KIND(b[0]) >= W(1) -> row_end(r) :: else fi
  :: e[r].s.st == LIVE ->
    v = 1;
    do
    :: v < VERSIONS ->
      if
#ifdef MUT_REARM_ALWAYS
      :: HAS(send[r], v) && stored[r].wake[v] && row[r].st == LIVE ->
#else
      :: HAS(send[r], v) && stored[r].wake[v] && row[r].st == LIVE && row[r].armedBy < v ->
#endif
        row[r].wakeAt = stored[r].bound[v]; row[r].armedBy = v; row[r].sentAt = 0; row[r].postponed = 0;
        printf("worker %d: row of run %d: bound %d, armed by %d\n", me, r, row[r].wakeAt, v)
      :: else
      fi;
      v++
    :: v == VERSIONS -> break
    od;
    v = 0
  :: else
  fi
}
inline row_end(r) {
  row[r].st = ENDED; row[r].wakeAt = NONE; row[r].sentAt = 0; row[r].armedBy = 0; row[r].postponed = 0
}
/* a wake that finds no commit is put off */
inline settle_idle(r) {
  i = 0;
  do
  :: i < BATCH ->
    if
    :: HAS(idle, i) && b[i] != NONE && RUN(b[i]) == r && KIND(b[i]) >= W(1) ->
      if
      :: e[r].s.st == ABSENT && row[r].st == LIVE && row[r].armedBy < 2 ->
        row[r].wakeAt = CAP(now + 2); row[r].sentAt = 0; row[r].postponed = 1
      :: else
      fi
    :: else
    fi;
    i++
  :: i == BATCH -> break
  od;
  i = 0
}
