// The whole method on the embedded model: Fisher information, schedule, fine-tuning with three kinds of dropout.
import { mkdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { gaussianDropout, guidedDropout, standardDropout } from '@guided-dropout/baselines';
import { matthews } from '@guided-dropout/glue';
import { loadCheckpoint, modelHash, writeFileAtomically } from '@guided-dropout/models';
import { formatSchedule, linearSchedule } from '@guided-dropout/schedule';
import { generateCorpus, modelFolder } from '@guided-dropout/tiny-english';
import { predictionOf } from '@guided-dropout/trainer';
import {
  finetuneClassifier,
  progressBar,
  sampleFraction,
  saveClassifier,
  scoreModel,
  siteScores,
  Tokenizer,
} from 'guided-dropout';
import { scoreTable, type RegularizerScores } from './report.js';
import { settings } from './settings.js';
import { acceptabilityTask } from './task.js';

const start = performance.now();
const out = resolve('runs/demo');
await mkdir(out, { recursive: true });
const checkpoint = await loadCheckpoint(modelFolder());

console.log('1. Fisher information: which layers hold what the model knows?');
const corpus = generateCorpus({ seed: 1, numSentences: settings.corpusSize });
const examples = sampleFraction(corpus, settings.fisherFraction, 1);
const fisher = await scoreModel({ checkpoint, examples, seed: 1, maxLength: 32, onProgress: progressBar('Fisher') });
const scores = siteScores(fisher.model, fisher.estimate.diagonal);

console.log('2. Schedule: the more a layer knows, the less dropout it gets.');
const { upperRate: upper, lowerRate: lower } = settings;
const schedule = linearSchedule(scores, {
  upper,
  lower,
  provenance: {
    model: 'tiny-english',
    modelHash: modelHash(checkpoint.weights, fisher.model.basePrefix),
    objective: 'mlm',
    corpus: `generateCorpus(seed 1, ${settings.corpusSize} sentences)`,
    numExamples: fisher.estimate.numExamples,
    seed: 1,
  },
});
for (const { name, score, rate } of schedule.sites) {
  console.log(`  ${name.padEnd(42)} Fisher ${score.toExponential(2)}  rate ${rate.toFixed(4)}`);
}
const schedulePath = join(out, 'schedule.json');
await writeFileAtomically(schedulePath, formatSchedule(schedule));

const tokenizer = await Tokenizer.load(checkpoint.folder, fisher.model.vocabularySize);
const task = acceptabilityTask(tokenizer, fisher.model.maxLength);
const regularizers = [standardDropout(upper), gaussianDropout(upper), guidedDropout(schedule)];
console.log(
  `3. Fine-tuning: acceptability of ${task.train.length} sentences, judged on ${task.dev.length} others by Matthews' correlation.`,
);
const stepsPerRun = settings.finetune.numEpochs * Math.ceil(task.train.length / settings.finetune.batchSize);
const totalSteps = stepsPerRun * regularizers.length * settings.seeds.length;
const progress = progressBar('Fine-tuning');
let stepsBefore = 0;
const written = [schedulePath];
const results: RegularizerScores[] = [];
for (const regularizer of regularizers) {
  const bySeed: number[] = [];
  for (const seed of settings.seeds) {
    const result = await finetuneClassifier({
      checkpoint,
      labels: task.labels,
      train: task.train,
      evaluate: task.dev,
      padId: tokenizer.padId,
      regularizer,
      settings: { ...settings.finetune, seed },
      callbacks: [{ onStepEnd: ({ step }) => progress(stepsBefore + step, totalSteps) }],
    });
    stepsBefore += stepsPerRun;
    bySeed.push(
      matthews(
        result.logits.map(predictionOf),
        task.dev.map(({ label }) => label),
      ),
    );
    if (seed !== settings.seeds[0]) continue;
    const folder = join(out, regularizer.name);
    await saveClassifier(folder, result, checkpoint.folder, { replace: true });
    written.push(folder);
  }
  results.push({ name: regularizer.name, scores: bySeed });
}
const resultsPath = join(out, 'results.json');
await writeFileAtomically(resultsPath, `${JSON.stringify({ settings, results }, undefined, 2)}\n`);
written.push(resultsPath);

console.log(`\n${scoreTable(results, settings.seeds)}\n`);
console.log('Three seeds of one small task decide nothing; they show that the whole path works.');
console.log(`Wrote ${written.map((path) => relative('.', path)).join(', ')}`);
console.log(`Took ${((performance.now() - start) / 1000).toFixed(0)} s.`);
