import { readFile, stat } from 'node:fs/promises';
import { GuidedDropoutError, Random } from '@guided-dropout/core';

/** A corpus is read into memory whole; beyond this it should be split. */
const MAXIMUM_BYTES = 2 ** 30;

/**
 * The examples of a plain text file: its non-empty lines, without headings (lines like `= History =`).
 *
 * @throws GuidedDropoutError `CORPUS_FILE` when it is missing or too large, `CORPUS_EMPTY` without a line of text.
 */
export async function readCorpus(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size > MAXIMUM_BYTES) {
    throw new GuidedDropoutError('CORPUS_FILE', {
      where: path,
      expected: 'a text file with an example per line, of at most 1 GiB',
      received: found?.isFile() ? `${found.size} bytes` : found ? 'something that is not a file' : 'no such file',
      fix: 'Pass the path of a UTF-8 text file.',
    });
  }
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const examples = lines.filter((line) => line !== '' && !/^=.*=$/.test(line));
  if (examples.length > 0) return examples;
  throw new GuidedDropoutError('CORPUS_EMPTY', {
    where: path,
    expected: 'at least one line of text',
    received: `${lines.length} lines, all of them empty or headings`,
    fix: 'Pass a text file with an example per line.',
  });
}

/**
 * A seeded random sample without replacement, in the corpus' order.
 *
 * @param fraction share to take, in (0, 1]; at least one item is taken.
 */
export function sampleFraction<T>(items: readonly T[], fraction: number, seed: number): T[] {
  const count = Math.max(1, Math.round(items.length * fraction));
  const order = new Random(seed).fork('corpus sample').shuffle(items.map((_, i) => i));
  return order
    .slice(0, count)
    .toSorted((a, b) => a - b)
    .map((i) => items[i]!);
}
