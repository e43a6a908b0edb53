import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSplit } from './read-split.js';
import type { GlueTask } from './task.js';
import { tasks } from './tasks.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'glue-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A train.tsv with this content, read. */
async function read(task: GlueTask, content: string | Uint8Array): ReturnType<typeof readSplit> {
  await writeFile(join(folder, 'train.tsv'), content);
  return readSplit(task, folder, 'train');
}

const mrpcHeader = 'Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n';
const stsbHeader = 'index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n';
const qnliHeader = 'index\tquestion\tsentence\tlabel\n';

describe('readSplit', () => {
  it('reads single sentences without a header, lines counted from 1', async () => {
    expect(await read(tasks.cola, 'mm01\t1\t\tCats sleep.\nmm01\t0\t*\tCats sleeps. ')).toEqual([
      { line: 1, sentence: 'Cats sleep.', label: 1 },
      { line: 2, sentence: 'Cats sleeps. ', label: 0 },
    ]);
  });

  it('reads pairs under a header, and takes quotes for text', async () => {
    expect(await read(tasks.mrpc, `${mrpcHeader}1\t7\t8\t" Yes , he said .\tHe said " yes " .\n`)).toEqual([
      { line: 2, sentence: '" Yes , he said .', pair: 'He said " yes " .', label: 1 },
    ]);
  });

  it('reads scores', async () => {
    const rows = ['0', '3.250', '5.000000'].map((score) => `0\tg\tf\t2020\t7\tn\tn\tA cat.\tA dog.\t${score}\n`);
    const examples = await read(tasks.stsb, stsbHeader + rows.join(''));
    expect(examples.map(({ label }) => label)).toEqual([0, 3.25, 5]);
    expect(examples[0]).toEqual({ line: 2, sentence: 'A cat.', pair: 'A dog.', label: 0 });
  });

  it('reads named classes, entailment as 0', async () => {
    const content = `${qnliHeader}0\tWho?\tShe.\tnot_entailment\n1\tWho?\tHe.\tentailment\n`;
    expect((await read(tasks.qnli, content)).map(({ label }) => label)).toEqual([1, 0]);
  });

  it('reads sst2', async () => {
    expect(await read(tasks.sst2, 'sentence\tlabel\na delight \t1\n')).toEqual([
      { line: 2, sentence: 'a delight ', label: 1 },
    ]);
  });

  it('tolerates a byte order mark and Windows line ends', async () => {
    const content = `\uFEFF${mrpcHeader}0\t1\t2\tA .\tB .\n`.replaceAll('\n', '\r\n');
    expect(await read(tasks.mrpc, content)).toEqual([{ line: 2, sentence: 'A .', pair: 'B .', label: 0 }]);
    expect(await read(tasks.cola, '\uFEFFmm01\t1\t\tCats sleep.\r\n')).toHaveLength(1);
  });

  it('keeps a mark that is part of the text', async () => {
    const examples = await read(tasks.sst2, 'sentence\tlabel\n\uFEFFodd\t1\n');
    expect(examples).toEqual([{ line: 2, sentence: '\uFEFFodd', label: 1 }]);
  });

  it('splits lines at line feeds alone', async () => {
    const sentence = 'One\u2028two\u0085three\u000bfour \uFEFFfive.';
    expect(await read(tasks.cola, `mm01\t1\t\t${sentence}\n`)).toEqual([{ line: 1, sentence, label: 1 }]);
  });

  it.each([
    [
      'a missing column',
      tasks.cola,
      'a\t1\t\tGood.\na\t1\tBad.\n',
      ':2: expected 4 columns between tabs (source, label,',
    ],
    ['a column too many', tasks.cola, 'a\t1\t\tGood.\tmore\n', ':1: expected 4 columns'],
    ['a blank line', tasks.cola, 'a\t1\t\tGood.\n\na\t1\t\tGood.\n', ':2: expected 4 columns'],
    ['a label outside the task', tasks.cola, 'a\t2\t\tGood.\n', ':1: expected "0" or "1" as label, received "2"'],
    ['a padded label', tasks.cola, 'a\t 1\t\tGood.\n', 'received " 1"'],
    ['an empty sentence', tasks.cola, 'a\t1\t\t \n', ':1: expected a sentence'],
    [
      'a class in capitals',
      tasks.qnli,
      `${qnliHeader}0\tWho?\tHe.\tEntailment\n`,
      'expected "entailment" or "not_entailment"',
    ],
    ['an empty second sentence', tasks.qnli, `${qnliHeader}0\tWho?\t\tentailment\n`, ':2: expected a sentence'],
    ['a missing header', tasks.sst2, 'a delight\t1\n', ':1: expected the header ["sentence","label"]'],
    ['another header', tasks.mrpc, qnliHeader, 'received ["index","question","sentence","label"]'],
    ['a score above 5', tasks.stsb, `${stsbHeader}${'x\t'.repeat(9)}5.1\n`, ':2: expected a number in [0, 5] as score'],
    ['a negative score', tasks.stsb, `${stsbHeader}${'x\t'.repeat(9)}-1\n`, 'received "-1"'],
    ['an empty score', tasks.stsb, `${stsbHeader}${'x\t'.repeat(9)}\n`, 'received ""'],
    ['a hexadecimal score', tasks.stsb, `${stsbHeader}${'x\t'.repeat(9)}0x1\n`, 'received "0x1"'],
    ['Latin-1 bytes', tasks.cola, Buffer.from('a\t1\t\tCaf\xe9.\n', 'latin1'), ':1: expected UTF-8'],
  ] satisfies [string, GlueTask, string | Uint8Array, string][])('refuses %s', async (_, task, content, mentions) => {
    await expect(read(task, content)).rejects.toThrow(
      expect.objectContaining({ code: 'GLUE_ROW', message: expect.stringContaining(`train.tsv`) }),
    );
    await expect(read(task, content)).rejects.toThrow(mentions);
  });

  it('does not repeat a long column in the message', async () => {
    const error = await read(tasks.cola, `a\t${'1'.repeat(5000)}\t\tGood.\n`).catch((thrown: Error) => thrown);
    expect((error as Error).message.length).toBeLessThan(500);
  });

  it.each([
    ['an empty file', tasks.cola, '', 'an empty file'],
    ['a byte order mark alone', tasks.cola, '\uFEFF', 'an empty file'],
    ['a header alone', tasks.sst2, 'sentence\tlabel\n', 'a header alone'],
  ])('refuses %s', async (_, task, content, received) => {
    await expect(read(task, content)).rejects.toThrow(
      expect.objectContaining({ code: 'GLUE_FILE', message: expect.stringContaining(received) }),
    );
  });

  it('says which files a task needs when one is missing', async () => {
    await expect(readSplit(tasks.cola, join(folder, 'nowhere'), 'dev')).rejects.toThrow(
      expect.objectContaining({
        code: 'GLUE_FILE',
        message: expect.stringContaining('cola needs train.tsv and dev.tsv'),
      }),
    );
  });

  it('points at the task’s own folder when given the one above', async () => {
    await mkdir(join(folder, 'all', 'CoLA'), { recursive: true });
    await expect(readSplit(tasks.cola, join(folder, 'all'), 'dev')).rejects.toThrow(
      `Pass ${join(folder, 'all', 'CoLA')}.`,
    );
  });

  it('refuses a folder in the file’s place', async () => {
    await mkdir(join(folder, 'odd', 'dev.tsv'), { recursive: true });
    await expect(readSplit(tasks.cola, join(folder, 'odd'), 'dev')).rejects.toThrow(
      expect.objectContaining({ code: 'GLUE_FILE', message: expect.stringContaining('a folder or device') }),
    );
  });

  it('refuses more than 1 GiB before reading a byte of it', async () => {
    await mkdir(join(folder, 'huge'));
    const file = await open(join(folder, 'huge', 'dev.tsv'), 'w');
    // Sparse: the size is the file's, its blocks are never written.
    await file.truncate(2 ** 30 + 1);
    await file.close();
    await expect(readSplit(tasks.cola, join(folder, 'huge'), 'dev')).rejects.toThrow(
      expect.objectContaining({ code: 'GLUE_FILE', message: expect.stringContaining('1073741825 bytes') }),
    );
  });
});
