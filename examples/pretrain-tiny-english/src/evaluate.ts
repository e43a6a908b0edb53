// Measures what the pretrained model knows: masked words of held-out sentences, against bigram models.
//   npx tsx src/evaluate.ts
import { buildModel, loadCheckpoint } from '@guided-dropout/models';
import { BigramModel, maskedAccuracy, maskedPositions, modelFolder } from '@guided-dropout/tiny-english';
import { Tokenizer } from 'guided-dropout';
import { bertAccuracy } from './bert-accuracy.js';
import { projectCorpus } from './corpus.js';

const corpus = projectCorpus();
const positions = maskedPositions(corpus.heldOut, 1);
const model = buildModel(await loadCheckpoint(modelFolder()), { type: 'masked-lm', labelledPositionsOnly: true });
const tokenizer = await Tokenizer.load(modelFolder(), model.vocabularySize);
const encoded = corpus.heldOut.map((text) => tokenizer.encode(text, undefined, model.maxLength).inputIds);
const weights = new Map(model.parameters.map((name) => [name, model.graph.initializers.get(name)!]));
const ids = { maskId: tokenizer.maskId!, padId: tokenizer.padId };

const bigram = BigramModel.train(corpus.train);
const accuracyOf = (predict: (words: readonly string[], position: number) => string): number =>
  maskedAccuracy(predict, corpus.heldOut, positions);
console.log(
  JSON.stringify({
    numPositions: positions.length,
    bert: await bertAccuracy(model.graph, weights, encoded, positions, ids),
    bigramBothSides: accuracyOf((words, position) => bigram.predict(words, position)),
    bigramLeft: accuracyOf((words, position) => bigram.predictFromLeft(words, position)),
  }),
);
