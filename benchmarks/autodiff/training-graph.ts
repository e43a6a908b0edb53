import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { differentiate, emitCrossEntropy, type Gradients } from '@guided-dropout/autodiff';
import { buildModel, type Checkpoint } from '@guided-dropout/models';
import { GraphBuilder, initializersToInputs, int64, removeDead, type Graph, type Tensor } from '@guided-dropout/onnx';
import { probeTypes } from '@guided-dropout/runtime';
import type { Batch } from './workload.js';

/** What a graph computes beside the loss, of every parameter. */
export type Wanted = 'summed' | 'recomputing' | 'norms' | 'diagonal';

const methods: Readonly<Record<Wanted, (gradients: Gradients, parameter: string) => string>> = {
  summed: (gradients, parameter) => gradients.summed(parameter),
  recomputing: (gradients, parameter) => gradients.summed(parameter),
  norms: (gradients, parameter) => gradients.perExampleSquaredNorm(parameter),
  diagonal: (gradients, parameter) => gradients.perExampleSquaredSum(parameter),
};

/** The masked-LM loss of a checkpoint with gradients of all parameters; these are inputs, with the values beside. */
export async function trainingGraph(
  checkpoint: Checkpoint,
  wanted: Wanted,
): Promise<{ readonly graph: Graph; readonly values: ReadonlyMap<string, Tensor> }> {
  const { graph: model, parameters } = buildModel(checkpoint, { type: 'masked-lm', labelledPositionsOnly: true });
  const builder = GraphBuilder.from({ ...model, outputs: [] });
  const labels = builder.input('labels', 'int64', ['batch', 'labels']);
  builder.output(emitCrossEntropy(builder, 'logits', labels), 'float32', [], 'loss');
  const types = await probeTypes(builder.build());
  const gradients = differentiate(builder, { loss: 'loss', parameters, types });
  for (const parameter of parameters) {
    const { dims } = types.get(parameter)!;
    const name = methods[wanted](gradients, parameter);
    builder.declareOutput({ name, dataType: 'float32', dims: wanted === 'norms' ? ['batch'] : dims });
  }
  const layerEnds = model.nodes.filter(({ name }) => /layer\.\d+\/LayerNormalization$/.test(name));
  const graph =
    wanted === 'recomputing'
      ? gradients.recomputing(layerEnds.map(({ outputs }) => outputs[0]!))
      : removeDead(builder.build());
  return initializersToInputs(graph, parameters);
}

/** The batch that all sides read. */
export function readBatch(folder: string): Record<string, Tensor> {
  const batch = JSON.parse(readFileSync(join(folder, 'batch.json'), 'utf8')) as Batch;
  const { numExamples, length, numLabels, ids } = batch;
  const rows = (columns: number, values: readonly number[]): Tensor => int64([numExamples, columns], values);
  return {
    input_ids: rows(length, ids),
    attention_mask: rows(length, Array(ids.length).fill(1)),
    token_type_ids: rows(length, Array(ids.length).fill(0)),
    label_positions: rows(numLabels, batch.positions),
    labels: rows(numLabels, batch.labels),
  };
}
