import { differentiate, type Gradients } from '@guided-dropout/autodiff';
import { GraphBuilder, removeDead, type Dimension, type Graph } from '@guided-dropout/onnx';
import { probeTypes } from '@guided-dropout/runtime';
import { emitGoldenLoss } from '../../autodiff/test/golden-loss.js';
import type { GoldenModel } from '../../autodiff/test/golden-model.js';
import type { LanguageModel } from '../src/index.js';

/** The model with a golden model's loss in an output `loss`, and for every parameter what `emit` makes of its gradient. */
export async function trainingGraph(
  { graph, parameters }: LanguageModel,
  golden: GoldenModel,
  emit: (gradients: Gradients, parameter: string) => string,
): Promise<Graph> {
  const builder = GraphBuilder.from(graph);
  const labels = builder.input('labels', 'int64', labelDims(golden));
  builder.output(emitGoldenLoss(builder, golden.head, 'logits', labels), 'float32', [], 'loss');
  const types = await probeTypes(builder.build());
  const gradients = differentiate(builder, { loss: 'loss', parameters, types });
  for (const name of parameters) builder.output(emit(gradients, name), 'float32', undefined, gradientOf(name));
  return removeDead(builder.build());
}

/** The output of a {@link trainingGraph} that belongs to a parameter. */
export function gradientOf(parameter: string): string {
  return `gradient:${parameter}`;
}

/** How many labels of a row count towards its loss. */
export function countedLabels(golden: GoldenModel, row: number): number {
  const perRow = golden.labels.data.length / golden.labels.dims[0]!;
  const labels = Array.from(golden.labels.data.slice(row * perRow, (row + 1) * perRow), Number);
  // The first token of a text is predicted by none.
  return labels.filter((label, i) => label !== -100 && !(golden.head === 'causal-lm' && i === 0)).length;
}

function labelDims({ head, labels }: GoldenModel): Dimension[] {
  if (labels.dims.length === 1) return ['batch'];
  return ['batch', head === 'seq2seq-lm' ? 'decoder_length' : 'length'];
}
