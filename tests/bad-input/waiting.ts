/** Rows of the bad-input list that need a part which is not built yet, and that part. */
export const waiting: Readonly<Record<string, string>> = {
  W32: 'forEach: fan-out and its limit',
  E22: 'tenants: keys that belong to one',
  A03: 'tools of agents: declaration, arguments, number of calls',
  A04: 'tools of agents: turns',
  A08: 'tools of agents: arguments that come from what a tool gave',
  C05: 'several orchestrators that tell which definitions they hold',
};

/** Rows that are tested as far as they can be, and what of them waits. */
export const partlyWaiting: Readonly<Record<string, string>> = {
  C03: 'CONFIG_INSECURE for a host started by hand: nothing tells it that it is production',
  A07: 'BUDGET_EXCEEDED needs budgets',
};
