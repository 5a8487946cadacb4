/** Rows of the bad-input list that need a part which is not built yet, and that part. */
export const waiting: Readonly<Record<string, string>> = {
  W32: 'forEach: fan-out and its limit',
  W33: 'baton workflows register: the same version with other content',
  E22: 'tenants: keys that belong to one',
  K04: 'the Kafka adapter: bounded decompression',
  K07: 'the Kafka adapter: permissions',
  K08: 'the Kafka adapter: brokers that cannot be reached',
  D03: 'the MongoDB adapter: documents of 16 MB at most',
  A03: 'tools of agents: declaration, arguments, number of calls',
  A04: 'tools of agents: turns',
  A08: 'tools of agents: arguments that come from what a tool gave',
  C03: 'the Kafka adapter: TLS and profiles',
  C04: 'the CDK app: rules checked at synth',
  C05: 'several orchestrators that tell which definitions they hold',
};

/** Rows that are tested as far as they can be, and what of them waits. */
export const partlyWaiting: Readonly<Record<string, string>> = {
  E17: 'STEP_MISMATCH: a decision for a step that is not open needs approvals',
  D06: 'STORE_AUTH and a store that is not primary need the MongoDB adapter',
  A07: 'BUDGET_EXCEEDED needs budgets',
};
