/**
 * What Amazon DocumentDB 5.0 has of what a client may send, from the AWS page "Supported MongoDB APIs, operations, and
 * data types in Amazon DocumentDB" (column 5.0). Left out: what only transactions, text, maps and aggregations need.
 */

export const documentDbCommands: ReadonlySet<string> = new Set([
  'create',
  'createIndexes',
  'delete',
  'dropDatabase',
  'endSessions',
  'find',
  'findAndModify',
  'getMore',
  'hello',
  'insert',
  'killCursors',
  'listCollections',
  'ping',
  'update',
]);

export const documentDbOperators: ReadonlySet<string> = new Set([
  // Queries
  ...['$eq', '$gt', '$gte', '$in', '$lt', '$lte', '$ne', '$nin'],
  ...['$and', '$nor', '$not', '$or', '$exists', '$type'],
  // Updates
  ...['$currentDate', '$inc', '$max', '$min', '$mul', '$rename', '$set', '$setOnInsert', '$unset'],
]);
