/**
 * Deliberate bugs, each one a way in which the protocol is plausibly simplified or misread.
 * They are put into a copy of the tree, one at a time, by replacing source text; production code has no switch for them.
 */
export interface Bug {
  readonly name: string;
  /** The file that is changed, from the root of the tree. */
  readonly file: string;
  /** Occurs exactly once in the file, byte for byte. */
  readonly from: string;
  readonly to: string;
}

/** How many schedules were played; the others where a promise was broken. */
export interface SearchResult {
  readonly schedules: number;
  readonly scenario?: string;
  readonly seed?: number;
  readonly violation?: string;
}

export const bugs: readonly Bug[] = [
  {
    name: 'absorbing on a cached state without reading',
    file: 'functions/orchestrator/fold-runs.ts',
    from: 'if (!one.fromPrimary && (folded.idle.length > 0 || folded.stale.length > 0)) guesses.push(one);',
    to: 'if (!one.fromPrimary) turns.push({ work: one, folded: { ...folded, idle: [...folded.idle, ...folded.stale], stale: [] } });',
  },
  {
    name: '`published` carried past a gap',
    file: 'functions/orchestrator/entry.ts',
    from: 'while (tail[sent]?.acknowledged === true) {',
    to: 'while (sent <= tail.findLastIndex((past) => past.acknowledged)) {',
  },
  {
    name: 'a redelivered wake decided instead of absorbed',
    file: 'core/run/absorb.ts',
    from: 'return input.wakeSentAt <= run.wokenAt;',
    to: 'return false;',
  },
  {
    // A wake is recognised by the time it names: with the deadline's, a wake sent again is taken for the one before.
    name: 'wake id from `wakeAt`',
    file: 'simulation/memory/run-index.ts',
    from: 'return { runId: row.runId, wakeSentAt: now };',
    to: 'return { runId: row.runId, wakeSentAt: row.wakeAt ?? now };',
  },
  {
    name: 'a null bound, which sorts below every date',
    file: 'simulation/memory/run-row.ts',
    from: 'return unarmed(write.row);',
    to: 'return { ...unarmed(write.row), wakeAt: 0 };',
  },
  {
    name: 'publish before commit',
    file: 'functions/orchestrator/store-turns.ts',
    from: '  if (turns.some(needsPreparing)) await prepare(deps, turns, drafts);\n',
    to: `  if (turns.some(needsPreparing)) await prepare(deps, turns, drafts);
  const outbox = { keys: deps.keys, blobs: deps.store.blobs };
  const early = drafts.flatMap((draft) =>
    draft === undefined ? [] : effectsOf(draft.commit).map((effect) => recordOf(outbox, draft.run, effect)),
  );
  await deps.log.publish(await Promise.all(early));
`,
  },
  {
    name: 'no fencing of attempts',
    file: 'core/run/absorb.ts',
    from: "return attempt === opened && state?.status === 'running' ? 'open' : 'answered';",
    to: "return state?.status === 'running' ? 'open' : 'answered';",
  },
  {
    name: 'non-deterministic ids',
    file: 'functions/orchestrator/outbox.ts',
    from: 'id: effectId(run.runId, effect.version, effect.index),',
    to: 'id: `${effectId(run.runId, effect.version, effect.index)}:${Math.random()}`,',
  },
  {
    name: 'join without once-guard',
    file: 'core/run/advance.ts',
    from: 'if (step === undefined || stepState(draft.run, step.id) !== undefined) continue; // N1',
    to: 'if (step === undefined) continue;',
  },
  {
    name: 'raising a timer bound over an earlier one',
    file: 'simulation/memory/run-row.ts',
    from: 'if (!isLiveRow(row) || row.armedBy >= write.version) return row;',
    to: 'if (!isLiveRow(row)) return row;',
  },
  {
    // Nobody looks whether the commit is there after all: its inputs are let go, its effects never sent.
    name: 'a lost acknowledgement treated as failure',
    file: 'functions/writes-in-turn.ts',
    from: '    const inserted = drafts.length === 0 ? [] : await commits.insert(drafts);\n',
    to: `    const inserted = await commits.insert(drafts).catch(() => undefined);
    if (inserted === undefined) return turns.map(() => 'stored');
`,
  },
  {
    name: 'lease never renewed',
    file: 'functions/agent/invocation-lease.ts',
    from: 'if (cancelTimer !== undefined || renewing || held.size === 0) return;',
    to: 'if (held.size >= 0) return;',
  },
  {
    name: 'result stored without matching its owner',
    file: 'simulation/memory/invocations.ts',
    from: 'if (!owns(calls.get(id), owner)) return false;',
    to: 'if (!calls.has(id)) return false;',
  },
  {
    name: 'absorbed input never re-sent',
    file: 'functions/orchestrator/store-turns.ts',
    from: 'for (const unsent of unsentCommitsOf(entry, cause)) sent.add(unsent);',
    to: 'void [unsentCommitsOf, cause];',
  },
  {
    name: 'every copy of an absorbed input re-sent',
    file: 'functions/orchestrator/entry.ts',
    from: 'a.topic === b.topic && a.partition === b.partition && a.offset === b.offset;',
    to: 'a.source === b.source && a.id === b.id;',
  },
  {
    name: 'run id without source',
    file: 'core/ids.ts',
    from: "return hash(['event', start.tenant, start.source, start.id]);",
    to: "return hash(['event', start.tenant, start.id]);",
  },
  {
    name: 'caching before the acknowledgement',
    file: 'functions/orchestrator/store-turns.ts',
    from: '  if (turns.some(needsPreparing)) await prepare(deps, turns, drafts);\n',
    to: `  if (turns.some(needsPreparing)) await prepare(deps, turns, drafts);
  const early = drafts.map((draft, at) => draft && withCommit(turns[at]?.work.entry, draft.commit, draft.run));
  deps.cache.put(early.flatMap((entry) => entry ?? []));
`,
  },
  {
    // One memory for all sandboxes of a schedule: it counts decisions that were never stored, too.
    name: 'retry count in memory',
    file: 'core/run/decide.ts',
    from: 'const retryAt = retryAtOf(step.retry, { attempt, failure: problem }, world.moment);',
    to: `const tries = ((world.agents as object as { tries?: Map<string, number> }).tries ??= new Map());
  const key = \`\${draft.run.runId} \${step.id}\`;
  tries.set(key, (tries.get(key) ?? 0) + 1);
  const retryAt = retryAtOf(step.retry, { attempt: tries.get(key), failure: problem }, world.moment);`,
  },
  {
    name: 'a run goes on with the version that is active now',
    file: 'functions/orchestrator/fold-runs.ts',
    from: 'whenThere(deps.definitions.byDigest(digest), (pinned) => {',
    to: `whenThere(deps.definitions.find(run.workflow.name, undefined), (active) => {
    const pinned = active.ok ? active.value : undefined;`,
  },
  {
    // The batch is answered as done, and its offset committed, over inputs that nobody took in.
    name: 'a lost race let go',
    file: 'functions/orchestrator/advance-runs.ts',
    from: 'return [...lost, ...unfinished];',
    to: 'return unfinished;',
  },
  {
    name: 'a publish that failed halfway taken for done',
    file: 'functions/writes-in-turn.ts',
    from: 'if (records.length > 0) await log.publish(records);',
    to: 'if (records.length > 0) await log.publish(records).catch(() => undefined);',
  },
  {
    name: 'a join that does not wait for the last need',
    file: 'core/run/advance.ts',
    from: "if (!needs.every(isSettled)) return 'wait';",
    to: "if (!needs.slice(0, -1).every(isSettled)) return 'wait';",
  },
];
