import type { Linear } from './linear.js';
import { described, Mismatch } from './mismatch.js';
import type { ModelGraph } from './model-graph.js';

/** What a linear layer, and nothing else, reads. @throws Mismatch where others read it, whom noise would reach, too. */
export function soleInput({ index }: ModelGraph, { product, input }: Linear): string {
  const readers = index.readers(input);
  if (readers.length === 1) return input;
  const others = readers.filter((node) => node !== product);
  throw new Mismatch('a value that this layer alone reads', `one that others read, too: ${described(...others)}`);
}
