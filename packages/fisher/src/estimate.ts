import { GuidedDropoutError, Random, type ProgressListener } from '@guided-dropout/core';
import type { Graph, Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { buildFisherGraph, squaredSumOutput } from './fisher-graph.js';
import { collateMasked, MASKED_LM_INPUTS } from './objectives/collate-masked.js';
import { maskTokens, type MaskedExample, type MaskingVocabulary } from './objectives/masked-lm.js';

/** What to estimate the Fisher information of, and on what. */
export interface FisherOptions {
  /**
   * A masked language model that decodes labelled positions only: inputs `input_ids`, `attention_mask` and, where it
   * has segments, `token_type_ids` `[batch, length]`; `label_positions` `[batch, labels]`; output `logits`.
   */
  readonly graph: Graph;
  /** Names of the weights among the graph's initializers. */
  readonly parameters: readonly string[];
  /** Token ids of each example, special tokens included. */
  readonly examples: readonly (readonly number[])[];
  readonly vocabulary: MaskingVocabulary & { readonly padId: number };
  /** Seeds the masking; example i is masked alike whatever else is in the run. */
  readonly seed: number;
  /** log p of an example: the mean (the paper's authors) or the sum over its labelled tokens. */
  readonly reduction?: 'mean' | 'sum';
  /** Examples per run; by default as many as keep per-example gradients near 256 MB, at most 16. */
  readonly batchSize?: number;
  readonly onProgress?: ProgressListener;
}

/** An estimate of the diagonal of the Fisher information matrix. */
export interface FisherEstimate {
  /** Per parameter, in its shape: the mean over examples of the squared gradient of log p, float64. */
  readonly diagonal: ReadonlyMap<string, Float64Array>;
  /** Examples that were averaged over. */
  readonly numExamples: number;
  /** Examples without a token to predict, left out. */
  readonly numSkipped: number;
  /** Mean over examples of log p, in nats. */
  readonly meanLogLikelihood: number;
}

/**
 * The empirical Fisher information, eq. 3 of Sharma et al. (2024): 1/N Σᵢ (∂ log p(xᵢ|θ)/∂θ)², one exact gradient
 * per example, squared, then averaged; dropout off.
 *
 * @throws GuidedDropoutError `FISHER_OBJECTIVE` for another kind of model, `FISHER_OPTION` for a batch size or token id out
 * of range, `FISHER_EMPTY` without a usable example, `FISHER_NOT_FINITE` naming the batch.
 */
export async function estimateFisher(options: FisherOptions): Promise<FisherEstimate> {
  assertMaskedLm(options.graph);
  assertUsable(options);
  const masked = maskAll(options);
  if (masked.length === 0) {
    throw new GuidedDropoutError('FISHER_EMPTY', {
      where: 'estimateFisher(examples)',
      expected: 'at least one example with a token to predict',
      received: `${options.examples.length} examples, none usable`,
      fix: 'Pass a corpus with text in it.',
    });
  }
  const { graph, parameters } = await buildFisherGraph(options.graph, options.parameters, options.reduction ?? 'mean');
  const batchSize = options.batchSize ?? affordableBatchSize(parameters);
  const session = await Session.create(graph);
  try {
    const sums = new Map([...parameters].map(([name, value]) => [name, new Float64Array(value.data.length)]));
    const weights = Object.fromEntries(parameters);
    const inputs = options.graph.inputs.map(({ name }) => name);
    let logLikelihood = 0;
    let done = 0;
    for (const batch of batchesByLength(masked, batchSize)) {
      const outputs = await session.run({ ...weights, ...collateMasked(batch, options.vocabulary.padId, inputs) });
      const batchLogLikelihood = sumOf(outputs['log_likelihood']!);
      for (const [name, sum] of sums) addTo(sum, outputs[squaredSumOutput(name)]!.data as Float32Array);
      if (!Number.isFinite(batchLogLikelihood)) throw notFinite(done, batch.length);
      logLikelihood += batchLogLikelihood;
      done += batch.length;
      options.onProgress?.(done, masked.length);
    }
    for (const [name, sum] of sums) divide(sum, done, name);
    return {
      diagonal: sums,
      numExamples: done,
      numSkipped: options.examples.length - done,
      meanLogLikelihood: logLikelihood / done,
    };
  } finally {
    await session.release();
  }
}

function assertMaskedLm({ name, inputs }: Graph): void {
  const names = inputs.map((input) => input.name);
  if (names.includes('label_positions') && names.every((each) => MASKED_LM_INPUTS.includes(each))) return;
  throw new GuidedDropoutError('FISHER_OBJECTIVE', {
    where: `graph '${name}'`,
    expected: `a masked language model with the input 'label_positions', and no others but ${MASKED_LM_INPUTS.slice(0, -1).join(', ')}`,
    received: `inputs ${names.join(', ')}`,
    fix: "Build an encoder with the head { type: 'masked-lm', labelledPositionsOnly: true }; it is the only objective so far.",
  });
}

/** An id below 0 would count from the end of the table, without an error. */
function assertUsable({ examples, vocabulary, batchSize }: FisherOptions): void {
  const refuse = (where: string, expected: string, received: string, fix: string): never => {
    throw new GuidedDropoutError('FISHER_OPTION', { where, expected, received, fix });
  };
  if (batchSize !== undefined && !(Number.isSafeInteger(batchSize) && batchSize > 0)) {
    refuse(
      'estimateFisher(batchSize)',
      'a positive integer',
      String(batchSize),
      'Pass the number of examples per run.',
    );
  }
  examples.forEach((ids, index) => {
    const id = ids.find((value) => !(Number.isInteger(value) && value >= 0 && value < vocabulary.size));
    if (id === undefined) return;
    const expected = `token ids in [0, ${vocabulary.size})`;
    refuse(`example ${index}`, expected, String(id), "Tokenise with the model's own tokenizer.");
  });
}

function maskAll({ examples, vocabulary, seed }: FisherOptions): MaskedExample[] {
  const random = new Random(seed);
  return examples
    .map((ids, i) => maskTokens(ids, vocabulary, random.fork(`example ${i}`)))
    .filter((example) => example.positions.length > 0);
}

/** Batches of examples of like length, so that little is computed on padding. */
function batchesByLength(examples: readonly MaskedExample[], batchSize: number): MaskedExample[][] {
  const sorted = examples.toSorted((a, b) => a.inputIds.length - b.inputIds.length);
  return Array.from({ length: Math.ceil(sorted.length / batchSize) }, (_, i) =>
    sorted.slice(i * batchSize, (i + 1) * batchSize),
  );
}

function affordableBatchSize(parameters: ReadonlyMap<string, Tensor>): number {
  let numParameters = 0;
  for (const { data } of parameters.values()) numParameters += data.length;
  return Math.min(16, Math.max(1, Math.floor(2 ** 26 / numParameters)));
}

function sumOf({ data }: Tensor): number {
  return (data as Float32Array).reduce((sum, value) => sum + value, 0);
}

function addTo(sum: Float64Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += values[i]!;
}

function divide(sum: Float64Array, count: number, parameter: string): void {
  for (let i = 0; i < sum.length; i++) {
    sum[i]! /= count;
    if (!Number.isFinite(sum[i]!)) {
      throw new GuidedDropoutError('FISHER_NOT_FINITE', {
        where: `Fisher information of '${parameter}', element ${i}`,
        expected: 'a finite number',
        received: String(sum[i]),
        fix: 'Check the weights for NaN and infinite values.',
      });
    }
  }
}

function notFinite(first: number, size: number): GuidedDropoutError {
  return new GuidedDropoutError('FISHER_NOT_FINITE', {
    where: `examples ${first} to ${first + size - 1}, ordered by length`,
    expected: 'a finite log-likelihood',
    received: 'NaN or infinity',
    fix: 'Check the weights for NaN and infinite values.',
  });
}
