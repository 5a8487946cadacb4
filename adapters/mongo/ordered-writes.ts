/** Upserts of one call in one request, made in order. */
import { type AnyBulkWriteOperation, type Collection, type Document } from 'mongodb';
import { durable } from './client.ts';
import { duplicatesOf } from './store-error.ts';

/** Of two upserts of one key at once, one may meet the other's: asked again, it finds the document. */
const attempts = 5;

/** Durable on return. Each write can be made twice without harm. */
export async function writeInOrder<T extends Document>(
  collection: Collection<T>,
  writes: readonly AnyBulkWriteOperation<T>[],
): Promise<void> {
  let open = writes;
  for (let attempt = 1; open.length > 0; attempt += 1)
    try {
      await collection.bulkWrite([...open], { ...durable, ordered: true });
      return;
    } catch (error) {
      const met = duplicatesOf(error)?.[0];
      if (met === undefined || attempt === attempts) throw error;
      open = open.slice(met);
    }
}
