/**
 * Who is who in the database: one user for each kind of work, with what its functions may do and nothing else. Agents'
 * hosts and bridges share one, `agents`: they have the same two collections.
 * The setup of a deployment makes the users, and is itself the one that the database was created with.
 */
import { type FunctionSpec, type StoreAccess, type StoreAction } from './topology.ts';

/** Undefined: the user that the database was created with, who may do everything. */
export function storeUserOf({ kind }: FunctionSpec): string | undefined {
  switch (kind) {
    case 'agent':
    case 'http-bridge':
    case 'local-agents':
      return 'agents';
    case 'setup':
      return undefined;
    default:
      return kind;
  }
}

/** What each user may do: all that one of its functions may. */
export function storeUsersOf(specs: readonly FunctionSpec[]): ReadonlyMap<string, StoreAccess> {
  const users = new Map<string, StoreAccess>();
  for (const spec of specs) {
    const user = storeUserOf(spec);
    if (user === undefined || Object.keys(spec.access.collections).length === 0) continue;
    users.set(user, merged(users.get(user) ?? {}, spec.access.collections));
  }
  return users;
}

/** As the database knows it: the user's name at first, and the name of its role. */
export const storeUserName = (user: string): string => `baton_${user}`;

function merged(a: StoreAccess, b: StoreAccess): StoreAccess {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(
    names.map((name): [string, readonly StoreAction[]] => [
      name,
      [...new Set([...(a[name] ?? []), ...(b[name] ?? [])])],
    ]),
  );
}
