// The command of the README on a published checkpoint and on CoLA, where these lie beside the repository.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSplit, taskMetric, tasks } from '@guided-dropout/glue';
import { readSafetensors } from '@guided-dropout/models';
import { expect, test } from 'vitest';
import { classifierPipeline, scoresOf } from './classifier-pipeline.js';
import { outputOf, runProgram } from './run-program.js';
import { temporaryFolder } from './temporary-folder.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const model = '../shared/assets/models/tiny-wiki-bert';
const data = '../shared/assets/glue/CoLA';
const missing = [model, data].filter((path) => !existsSync(join(repository, path)));
const reason = missing.length > 0 ? ` (skipped: no ${missing.join(', no ')}; neither is part of the repository)` : '';

test.skipIf(missing.length > 0)(`fine-tunes a published BERT on CoLA${reason}`, async () => {
  const { folder, remove } = await temporaryFolder();
  try {
    const out = join(folder, 'runs/cola');
    const flags = ['--regularizer', 'standard', '--epochs', '1', '--train-fraction', '0.02', '--seed', '1'];
    const args = ['finetune', '--model', model, '--task', 'cola', '--data', data, ...flags, '--out', out];
    const line = (await outputOf(args, { cwd: repository })).trimEnd().split('\n').at(-1)!;
    const report = JSON.parse(line) as { readonly all: Record<string, number>; readonly examplesPerSecond: number };
    expect(report).toMatchObject({ metric: 'matthews', task: 'cola', steps: 22, trainExamples: 171, seed: 1 });
    expect(report.examplesPerSecond).toBeGreaterThan(0);

    const [base, tuned] = await Promise.all([
      readSafetensors(join(repository, model, 'model.safetensors')),
      readSafetensors(join(out, 'model.safetensors')),
    ]);
    const shared = tuned.names.filter((name) => base.entries.has(name));
    expect(shared.length).toBe(tuned.names.length - 4); // a pooler and a classifier are new
    const bytes = (file: typeof base, name: string): Buffer =>
      Buffer.from((file.tensor(name).data as Float32Array).slice().buffer);
    for (const name of shared) expect(bytes(tuned, name).equals(bytes(base, name)), `${name} moved`).toBe(false);

    const dev = await readSplit(tasks.cola, join(repository, data), 'dev');
    const classify = await classifierPipeline(out);
    const reference = await scoresOf(out, (text) => classify.ids(text));
    const predictions: number[] = [];
    for (const { sentence } of dev) {
      const [{ acceptable }, expected] = [await classify.scores(sentence), await reference.scores(sentence)];
      // The same float32 weights in two graphs: the fusions and batches differ, by some units in the last place.
      expect(acceptable).toBeCloseTo(expected['acceptable']!, 5);
      predictions.push(acceptable! > 0.5 ? 1 : 0);
    }
    await reference.release();
    expect(
      taskMetric(tasks.cola)(
        predictions,
        dev.map(({ label }) => label),
      ).all,
    ).toEqual(report.all);
  } finally {
    await remove();
  }
});

const models = '../shared/assets/models';
const without = existsSync(join(repository, models))
  ? ''
  : ` (skipped: no ${models}, which is not part of the repository)`;

test.skipIf(without !== '')(`finds the sites of published models${without}`, async () => {
  const count = async (name: string): Promise<string> => {
    const report = JSON.parse(
      await outputOf(['sites', '--model', `${models}/${name}`, '--json'], { cwd: repository }),
    ) as { readonly architecture: string; readonly sites: readonly { readonly offered: boolean }[] };
    return `${report.architecture} ${report.sites.filter(({ offered }) => !offered).length}`;
  };
  // 1 + 3L, 1 + 3L, 1 + 2L and L for 4, 4, 12 and 5 layers.
  expect(await count('tiny-wiki-bert')).toBe('BERT 13');
  expect(await count('capp-gpt2')).toBe('GPT-2 13');
  expect(await count('rxnmapper-albert')).toBe('ALBERT 25');
  expect(await count('stories260K')).toBe('Llama 5');
});

test.skipIf(without !== '')(`says which tokenizer a published ALBERT lacks${without}`, async () => {
  const { folder, remove } = await temporaryFolder();
  try {
    const args = ['fisher', '--model', `${models}/rxnmapper-albert`, '--corpus', 'README.md'];
    const outcome = await runProgram([...args, '--out', join(folder, 'fisher.safetensors')], { cwd: repository });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(
      /\nerror: .*rxnmapper-albert\/tokenizer\.json: .*only vocab\.txt.*TOKENIZER_MISSING\]\n$/,
    );
  } finally {
    await remove();
  }
});
