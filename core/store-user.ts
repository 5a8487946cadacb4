/** A user of a deployed database, and all it may do there. */
export interface StoreUser {
  readonly name: string;
  readonly password: string;
  /** What it is called by what it may do; users that are made of it later (a rotated password's) have it too. */
  readonly role: string;
  readonly access: StoreAccess;
}

/** By collection, in the words of MongoDB's privileges. */
export type StoreAccess = Readonly<Record<string, readonly StoreAction[]>>;
export type StoreAction = 'find' | 'insert' | 'update' | 'remove';
