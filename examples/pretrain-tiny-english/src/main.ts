// Pretrains the small BERT that @guided-dropout/tiny-english ships, with this project's own trainer.
//   npx tsx src/main.ts [--epochs 20] [--sentences 60000] [--out FOLDER]
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Random } from '@guided-dropout/core';
import { collateMasked, maskTokens } from '@guided-dropout/fisher';
import { initialiseModel, writeFileAtomically, writeSafetensors } from '@guided-dropout/models';
import { maskedPositions, modelFolder } from '@guided-dropout/tiny-english';
import {
  bucketedBatches,
  defaultAdamW,
  DropoutRates,
  linearWarmupDecay,
  Stepper,
  train,
  withMaskedLmLoss,
} from '@guided-dropout/trainer';
import { progressBar, Tokenizer } from 'guided-dropout';
import { bertAccuracy } from './bert-accuracy.js';
import { bertConfig } from './bert-config.js';
import { CORPUS_SIZE, projectCorpus } from './corpus.js';

const { values } = parseArgs({
  options: {
    epochs: { type: 'string', default: '20' },
    sentences: { type: 'string', default: String(CORPUS_SIZE) },
    out: { type: 'string', default: modelFolder() },
  },
});
const [numEpochs, batchSize, seed] = [Number(values.epochs), 64, 1];

const corpus = projectCorpus(Number(values.sentences));
const model = initialiseModel(bertConfig, { type: 'masked-lm', labelledPositionsOnly: true }, seed);
const tokenizer = await Tokenizer.load(modelFolder(), model.vocabularySize);
const { padId, specialIds } = tokenizer;
const maskId = tokenizer.maskId!;
const encode = (sentences: readonly string[]): (readonly number[])[] =>
  sentences.map((sentence) => tokenizer.encode(sentence, undefined, model.maxLength).inputIds);
const examples = encode(corpus.train);
const heldOut = encode(corpus.heldOut);
const positions = maskedPositions(corpus.heldOut, seed);

const stepper = await Stepper.create({
  graph: withMaskedLmLoss(model.graph),
  parameters: model.parameters,
  optimizer: { ...defaultAdamW, weightDecay: 0.01 },
  maxGradientNorm: 1,
});
const vocabulary = { size: model.vocabularySize, maskId, specialIds };
const progress = progressBar('Pretraining');
let recentLoss = 0;
await train({
  stepper,
  rates: new DropoutRates([]),
  numEpochs,
  batchesPerEpoch: Math.ceil(examples.length / batchSize),
  *batches(epoch) {
    const random = new Random(seed).fork(`epoch ${epoch}`);
    // Fresh masks in every epoch, as RoBERTa has them.
    for (const batch of bucketedBatches(examples, batchSize, (ids) => ids.length, random.fork('order'))) {
      yield collateMasked(
        batch.map((ids) => maskTokens(ids, vocabulary, random)),
        padId,
      );
    }
  },
  learningRate: linearWarmupDecay(1e-3, 0.05),
  callbacks: [
    {
      onStepEnd({ step, totalSteps, loss }) {
        recentLoss = step === 1 ? loss : 0.99 * recentLoss + 0.01 * loss;
        progress(step, totalSteps);
      },
      async onEpochEnd(epoch) {
        const accuracy = await bertAccuracy(model.graph, stepper.weights(), heldOut, positions, { maskId, padId });
        await save();
        console.log(JSON.stringify({ epoch: epoch + 1, loss: recentLoss, heldOutAccuracy: accuracy }));
      },
    },
  ],
});
await stepper.release();
console.log(`wrote ${values.out}`);

/** Writes the model as it is after an epoch, so that a run that is broken off leaves one. */
async function save(): Promise<void> {
  await mkdir(values.out, { recursive: true });
  await writeSafetensors(join(values.out, 'model.safetensors'), stepper.weights(), { format: 'pt' });
  await writeFileAtomically(join(values.out, 'config.json'), `${JSON.stringify(bertConfig, undefined, 2)}\n`);
}
