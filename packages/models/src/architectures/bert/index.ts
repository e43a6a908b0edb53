import { GraphBuilder, type Tensor } from '@guided-dropout/onnx';
import { ConfigReader } from '../../checkpoint/config-reader.js';
import { WeightSource } from '../../checkpoint/weight-source.js';
import type { Architecture, Head, LanguageModel } from '../architecture.js';
import { readBertConfig } from './config.js';
import { emitBertEncoder } from './encoder.js';
import { emitClassificationHead, emitMaskedLmHead } from './heads.js';

/** BERT: `BertForMaskedLM` and `BertForSequenceClassification`. */
export const bert: Architecture = {
  modelType: 'bert',
  build(fields, stored, head, where, newModelSeed): LanguageModel {
    const config = readBertConfig(new ConfigReader(`${where}/config.json`, fields));
    const builder = new GraphBuilder('bert');
    const weights = new WeightSource(builder, usableWeights(fields, stored, head), where, {
      seed: newModelSeed ?? (head.type === 'sequence-classification' ? head.seed : 0),
      deviation: config.initializerRange,
      mayBeMissing: (name) => newModelSeed !== undefined || isNewInClassifier(name, head),
    });
    const hidden = emitBertEncoder(weights, config);
    const logits =
      head.type === 'masked-lm'
        ? emitMaskedLmHead(weights, config, hidden, head.labelledPositionsOnly ?? false)
        : emitClassificationHead(weights, config, hidden, head.labels.length);
    builder.output(logits, 'float32', outputDims(head, config.vocabSize), 'logits');
    return {
      modelType: 'bert',
      head,
      graph: builder.build(),
      parameters: weights.parameters,
      initialised: weights.initialised,
      basePrefix: 'bert.',
      config: configFor(fields, head),
      maxLength: config.maxPositions,
      vocabularySize: config.vocabSize,
    };
  },
};

/** A pretrained checkpoint has no classifier, and often no pooler. */
function isNewInClassifier(parameter: string, head: Head): boolean {
  return head.type === 'sequence-classification' && /^(classifier|bert\.pooler\.dense)\./.test(parameter);
}

function outputDims(head: Head, vocabSize: number): (string | number)[] {
  if (head.type === 'sequence-classification') return ['batch', head.labels.length];
  return ['batch', head.labelledPositionsOnly ? 'labels' : 'length', vocabSize];
}

/** Names as `transformers` writes them today: a `bert.` prefix, and weight and bias for the old gamma and beta. */
function canonicalNames(weights: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const bare = weights.has('embeddings.word_embeddings.weight');
  return new Map(
    [...weights].map(([name, value]) => {
      const modern = name
        .replace(/LayerNorm\.gamma$/, 'LayerNorm.weight')
        .replace(/LayerNorm\.beta$/, 'LayerNorm.bias');
      return [bare && /^(embeddings|encoder|pooler)\./.test(modern) ? `bert.${modern}` : modern, value];
    }),
  );
}

/** A classifier trained for other labels is no start for these: its weights are left out, and drawn anew. */
function usableWeights(
  fields: Readonly<Record<string, unknown>>,
  stored: ReadonlyMap<string, Tensor>,
  head: Head,
): ReadonlyMap<string, Tensor> {
  const weights = canonicalNames(stored);
  const id2label = fields['id2label'];
  if (head.type !== 'sequence-classification' || typeof id2label !== 'object' || id2label === null) return weights;
  const same = JSON.stringify(Object.values(id2label)) === JSON.stringify(head.labels);
  return same ? weights : new Map([...weights].filter(([name]) => !name.startsWith('classifier.')));
}

function configFor(fields: Readonly<Record<string, unknown>>, head: Head): Readonly<Record<string, unknown>> {
  if (head.type === 'masked-lm') return { ...fields, architectures: ['BertForMaskedLM'] };
  return {
    ...fields,
    architectures: ['BertForSequenceClassification'],
    id2label: Object.fromEntries(head.labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(head.labels.map((label, id) => [label, id])),
    num_labels: undefined,
    problem_type: head.labels.length === 1 ? 'regression' : 'single_label_classification',
  };
}
