/**
 * Which partition a key belongs to: murmur2, as Kafka's default partitioner computes it.
 * PA1. A key lands on the same partition number on Kafka, in the embedded log and in the simulated one.
 */

/** Non-negative remainder of murmur2 over the key's bytes. */
export const partitionOf = (key: Uint8Array, partitions: number): number =>
  (murmur2(key) & 0x7fffffff) % partitions;

const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/** Signed 32-bit hash; the same numbers as `org.apache.kafka.common.utils.Utils.murmur2`. */
export function murmur2(data: Uint8Array): number {
  const at = (index: number): number => data[index] ?? 0;
  let hash = seed ^ data.length;
  let index = 0;
  for (; index + 4 <= data.length; index += 4) {
    let word = at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24);
    word = Math.imul(word, multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  const rest = data.length - index;
  if (rest >= 3) hash ^= at(index + 2) << 16;
  if (rest >= 2) hash ^= at(index + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ at(index), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
