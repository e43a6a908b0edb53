import { buildModel, loadCheckpoint } from '@guided-dropout/models';
import { BigramModel, maskedAccuracy, maskedPositions, modelFolder } from '@guided-dropout/tiny-english';
import { Tokenizer } from 'guided-dropout';
import { describe, expect, it } from 'vitest';
import { bertAccuracy } from '../src/bert-accuracy.js';
import { projectCorpus } from '../src/corpus.js';

describe('the committed model', () => {
  it('knows its corpus: it predicts held-out masked words far better than bigrams from both sides', async () => {
    const corpus = projectCorpus();
    const sentences = corpus.heldOut.slice(0, 500);
    const positions = maskedPositions(sentences, 1);
    const bigram = BigramModel.train(corpus.train);
    const baseline = maskedAccuracy((words, position) => bigram.predict(words, position), sentences, positions);
    const model = buildModel(await loadCheckpoint(modelFolder()), { type: 'masked-lm', labelledPositionsOnly: true });
    const tokenizer = await Tokenizer.load(modelFolder(), model.vocabularySize);
    const encoded = sentences.map((text) => tokenizer.encode(text, undefined, model.maxLength).inputIds);
    const weights = new Map(model.parameters.map((name) => [name, model.graph.initializers.get(name)!]));
    const ids = { maskId: tokenizer.maskId!, padId: tokenizer.padId };
    const accuracy = await bertAccuracy(model.graph, weights, encoded, positions, ids);
    // Some 760 positions: the standard error of the difference is below .03.
    expect(accuracy - baseline).toBeGreaterThan(0.1);
  });
});
