/**
 * Conditional updates of many documents in one request. The database only tells how many took effect; each update
 * therefore leaves a stamp of its own, and a second request reads the stamps where it was not all of them.
 */
import { randomUUID } from 'node:crypto';
import { type Collection, type WriteConcernOptions } from 'mongodb';

export interface Stampable {
  readonly _id: string;
  readonly stamp?: string;
}

export interface StampedUpdate {
  readonly id: string;
  /** Fields and what they must be for the update to be made. */
  readonly where: Readonly<Record<string, unknown>>;
  readonly set: Readonly<Record<string, unknown>>;
  readonly unset?: Readonly<Record<string, ''>>;
}

/** Per update, whether it took effect. Updates of one id are made in order. */
export async function updateStamped<T extends Stampable>(
  collection: Collection<T>,
  updates: readonly StampedUpdate[],
  options: WriteConcernOptions,
): Promise<readonly boolean[]> {
  if (updates.length === 0) return [];
  const token = randomUUID();
  const stampOf = (index: number): string => `${token}:${index}`;
  const untyped = collection as unknown as Collection<Stampable>;
  const result = await untyped.bulkWrite(
    updates.map(({ id, where, set, unset }, index) => ({
      updateOne: {
        filter: { ...where, _id: id },
        update: { $set: { ...set, stamp: stampOf(index) }, ...(unset && { $unset: unset }) },
      },
    })),
    { ...options, ordered: true },
  );
  if (result.matchedCount === updates.length) return updates.map(() => true);
  if (result.matchedCount === 0) return updates.map(() => false);
  const found = untyped.find({ _id: { $in: updates.map(({ id }) => id) } }, { projection: { stamp: 1 } });
  const stamps = new Map((await found.toArray()).map((one) => [one._id, one.stamp]));
  return updates.map(({ id }, index) => stamps.get(id) === stampOf(index));
}
