import { readFile, stat } from 'node:fs/promises';
import { GuidedDropoutError, Random } from '@guided-dropout/core';

/** A corpus is read into memory whole; beyond this it should be split. */
const MAXIMUM_BYTES = 2 ** 30;
const NEWLINE = 0x0a;

/**
 * The examples of a plain text file: its non-empty lines, without headings (lines like `= History =`).
 *
 * @throws GuidedDropoutError `CORPUS_FILE` when it is missing or too large, `CORPUS_TEXT` where it is not UTF-8 text,
 * `CORPUS_EMPTY` without a line of text.
 */
export async function readCorpus(path: string): Promise<string[]> {
  let numLines = 0;
  const examples: string[] = [];
  for (const line of textLines(await bytesOf(path), path)) {
    numLines++;
    const text = line.trim();
    if (text !== '' && !/^=.*=$/.test(text)) examples.push(text);
  }
  if (examples.length > 0) return examples;
  throw new GuidedDropoutError('CORPUS_EMPTY', {
    where: path,
    expected: 'at least one line of text',
    received: numLines === 0 ? 'an empty file' : `${numLines} lines, all of them empty or headings`,
    fix: 'Pass a text file with an example per line.',
  });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const fail = (received: string, cause?: unknown): GuidedDropoutError => {
    const expected = 'a text file with an example per line, of at most 1 GiB';
    const fix = 'Pass the path of a UTF-8 text file.';
    return new GuidedDropoutError('CORPUS_FILE', { where: path, expected, received, fix }, { cause });
  };
  try {
    const found = await stat(path);
    if (!found.isFile()) throw fail(found.isDirectory() ? 'a folder' : 'something that is not a file');
    if (found.size > MAXIMUM_BYTES) throw fail(`${found.size} bytes`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof GuidedDropoutError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw fail(code === 'ENOENT' ? 'no such file' : message, error);
  }
}

/** The lines of UTF-8 text, decoded one by one: as one string, a large file would be more than a string can hold. */
function* textLines(bytes: Uint8Array, path: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  for (let start = 0; start < bytes.length;) {
    number++;
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    // Zero bytes are what UTF-16 and binary files have and text has not.
    if (line.includes(0)) throw notText(path, number, 'a zero byte');
    try {
      yield decoder.decode(line);
    } catch (cause) {
      throw notText(path, number, 'bytes that are not UTF-8', cause);
    }
    start = end + 1;
  }
}

function notText(path: string, line: number, received: string, cause?: unknown): GuidedDropoutError {
  const fix = 'Pass a text file, saved as UTF-8.';
  return new GuidedDropoutError(
    'CORPUS_TEXT',
    { where: `${path}:${line}`, expected: 'UTF-8 text', received, fix },
    { cause },
  );
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
