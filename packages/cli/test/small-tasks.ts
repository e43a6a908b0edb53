import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const subjects = ['the film', 'a story', 'the dog', 'a cat', 'it'];
const verbs = ['is', 'was'];
const adjectives = [
  { written: 'good', label: 1 },
  { written: 'great', label: 1 },
  { written: 'bad', label: 0 },
  { written: 'awful', label: 0 },
];

/** Made-up sentences that are positive where they say good or great, negative where they say bad or awful. */
export const sentences = subjects.flatMap((subject) =>
  verbs.flatMap((verb) =>
    adjectives.flatMap(({ written, label }) =>
      ['', 'very ', 'not very '].map((degree) => ({ text: `${subject} ${verb} ${degree}${written} .`, label })),
    ),
  ),
);

const held = (_: unknown, index: number): boolean => index % 5 === 0;
const [devSentences, trainSentences] = [
  sentences.filter(held),
  sentences.filter((sentence, index) => !held(sentence, index)),
];

/** The sentences of the dev set of {@link writeSst2} and {@link writeCola}, in the file's order. */
export const dev = devSentences;

/** Writes the sentences in SST-2's form. */
export async function writeSst2(folder: string): Promise<void> {
  const lines = (part: typeof sentences): string[] => part.map(({ text, label }) => `${text}\t${label}`);
  await writeParts(folder, ['sentence\tlabel'], lines(trainSentences), lines(devSentences));
}

/** Writes the sentences in CoLA's form. */
export async function writeCola(folder: string): Promise<void> {
  const lines = (part: typeof sentences): string[] => part.map(({ text, label }) => `made\t${label}\t\t${text}`);
  await writeParts(folder, [], lines(trainSentences), lines(devSentences));
}

/** Writes pairs in STS-B's form; the score is 5 for a sentence and itself, 0 for two others. */
export async function writeStsb(folder: string): Promise<void> {
  const lines = (part: typeof sentences): string[] =>
    part.map(({ text }, i) => {
      const other = i % 2 === 0 ? text : part[(i * 7 + 1) % part.length]!.text;
      return [i, 'made', 'up', 2024, i, 'none', 'none', text, other, i % 2 === 0 ? '5.000' : '0.000'].join('\t');
    });
  const header = 'index genre filename year old_index source1 source2 sentence1 sentence2 score'.replaceAll(' ', '\t');
  await writeParts(folder, [header], lines(trainSentences), lines(devSentences));
}

async function writeParts(
  folder: string,
  header: readonly string[],
  train: readonly string[],
  evaluation: readonly string[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'train.tsv'), `${[...header, ...train].join('\n')}\n`);
  await writeFile(join(folder, 'dev.tsv'), `${[...header, ...evaluation].join('\n')}\n`);
}
