import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.js';
import { readCorpus, sampleFraction } from './corpus.js';

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => ({ folder, remove } = await temporaryFolder()));
afterAll(() => remove());

async function read(content: string | Uint8Array): Promise<string[]> {
  const path = join(folder, 'corpus.txt');
  await writeFile(path, content);
  return readCorpus(path);
}

describe('a corpus', () => {
  test('is its lines, without what surrounds them, empty ones and headings', async () => {
    expect(await read(' = Title = \n\n One line . \n\t\n= = Part = =\nAnother = that stays\n=\n')).toEqual([
      'One line .',
      'Another = that stays',
      '=',
    ]);
  });

  test('may begin with a byte order mark, end its lines as Windows does, and lack the last line end', async () => {
    expect(await read('\uFEFFone\r\ntwo\r\n\r\nthree — drei')).toEqual(['one', 'two', 'three — drei']);
  });

  test.each([
    ['nothing', '', 'CORPUS_EMPTY'],
    ['headings alone', '= A =\n= B =\n', 'CORPUS_EMPTY'],
    ['Latin-1', Buffer.from('good\ncafé\n', 'latin1'), 'CORPUS_TEXT'],
    ['UTF-16', Buffer.from('good\n', 'utf16le'), 'CORPUS_TEXT'],
    ['a file that is no text', Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), 'CORPUS_TEXT'],
  ])('of %s is refused', async (_, content, code) => {
    await expect(read(content)).rejects.toMatchObject({ code });
  });

  test('names the line that is not UTF-8', async () => {
    const broken = Buffer.concat([Buffer.from('one\ntwo\nthr'), Buffer.of(0xff), Buffer.from('ee\nfour\n')]);
    await expect(read(broken)).rejects.toThrow(`${join(folder, 'corpus.txt')}:3: expected UTF-8 text`);
  });

  test('that is missing or a folder is refused', async () => {
    await expect(readCorpus(join(folder, 'none'))).rejects.toMatchObject({ code: 'CORPUS_FILE' });
    await expect(readCorpus(folder)).rejects.toThrow('received a folder');
  });
});

describe('a sample', () => {
  const items = Array.from({ length: 200 }, (_, i) => i);

  test('has the share asked for, each item once and in order, at least one', () => {
    const share = fc.double({ min: 0, max: 1, minExcluded: true, noNaN: true });
    const check = (fraction: number, seed: number): void => {
      const sample = sampleFraction(items, fraction, seed);
      expect(sample).toHaveLength(Math.max(1, Math.round(200 * fraction)));
      expect(sample).toEqual([...new Set(sample)].toSorted((a, b) => a - b));
    };
    fc.assert(fc.property(share, fc.nat(), check));
  });

  test('is the same for a seed and another for another; all of it is all', () => {
    expect(sampleFraction(items, 0.1, 1)).toEqual(sampleFraction(items, 0.1, 1));
    expect(sampleFraction(items, 0.1, 1)).not.toEqual(sampleFraction(items, 0.1, 2));
    expect(sampleFraction(items, 1, 1)).toEqual(items);
  });

  test('takes every item equally often', () => {
    const counts = Array.from({ length: 20 }, () => 0);
    for (let seed = 0; seed < 1000; seed++) {
      for (const item of sampleFraction(items.slice(0, 20), 0.25, seed)) counts[item]!++;
    }
    // Binomial with mean 250 and standard deviation 13.7: five of these are passed by chance in one of 10⁵ runs.
    for (const count of counts) expect(Math.abs(count - 250)).toBeLessThan(5 * 13.7);
  });
});
