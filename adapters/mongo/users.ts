/**
 * Users of the database and their roles, made by whoever may make them.
 * US1. Roles and users are in `admin`: there DocumentDB keeps them, and MongoDB may.
 * US2. A user has its one role and nothing else; a role that is there is set anew, so that it never keeps a privilege.
 * Source: Amazon DocumentDB Developer Guide, "Database access using Role-Based Access Control".
 */
import { type Document, type MongoClient } from 'mongodb';
import { type StoreAccess, type StoreUser } from '#core/store-user.ts';

/** `database` is the one that the privileges are for. Made one after the other, and again without harm. */
export async function ensureUsers(
  client: MongoClient,
  database: string,
  users: readonly StoreUser[],
): Promise<void> {
  const admin = client.db('admin');
  for (const { name, password, role, access } of users) {
    const { roles: known } = await admin.command({ rolesInfo: { role, db: 'admin' } });
    const granted = { privileges: privilegesOf(database, access), roles: [] };
    await admin.command(isEmpty(known) ? { createRole: role, ...granted } : { updateRole: role, ...granted });
    const { users: there } = await admin.command({ usersInfo: { user: name, db: 'admin' } });
    const login = { pwd: password, roles: [{ role, db: 'admin' }] };
    await admin.command(isEmpty(there) ? { createUser: name, ...login } : { updateUser: name, ...login });
  }
}

const isEmpty = (found: unknown): boolean => !Array.isArray(found) || found.length === 0;

const privilegesOf = (db: string, access: StoreAccess): readonly Document[] =>
  Object.entries(access).map(([collection, actions]) => ({ resource: { db, collection }, actions }));
