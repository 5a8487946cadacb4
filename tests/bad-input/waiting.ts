/** Rows of the bad-input list that need a part which is not built yet, and that part. */
export const waiting: Readonly<Record<string, string>> = {
  W32: 'forEach: fan-out and its limit',
  W33: 'baton workflows register: the same version with other content',
};
