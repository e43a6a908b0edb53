// Every export of the golden models: what the exporter renamed, transposed or duplicated comes back.
import { fileURLToPath } from 'node:url';
import { encodeModel, modelOf, type Graph, type Tensor } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { goldenExports, goldenModel, type GoldenModel } from '../../autodiff/test/golden-model.js';
import { buildModel, checkpointFromOnnx, fromOnnx, loadCheckpoint, type Checkpoint } from '../src/index.js';
import { headOfConfig } from '../src/from-onnx/head-of-config.js';
import { bytesOf } from './bytes-of.js';
import { largestDifference, largestMagnitude } from './load-golden.js';
import { oneRow, rowOf } from './one-row.js';

/** Relative to the largest logit; PyTorch itself in float32 is off by up to 7e-7. */
const TOLERANCE = 1e-5;

/** Its exports run only on rows that all have the same number of `</s>` (test/golden/README.md), so on one each. */
const ROW_BY_ROW = 't5-classification';

const checkpointOf = (model: string): Promise<Checkpoint> =>
  loadCheckpoint(fileURLToPath(new URL(`../../../test/golden/${model}`, import.meta.url)));

async function logitsError(graph: Graph, golden: GoldenModel, rowByRow: boolean): Promise<number> {
  const session = await Session.create(graph);
  const errorOf = async ({ labels: _not, ...inputs }: Record<string, Tensor>, expected: Tensor): Promise<number> =>
    largestDifference((await session.run(inputs))['logits']!, expected) / largestMagnitude(golden.logits);
  const rows = Array.from({ length: golden.labels.dims[0]! }, (_, row) => row);
  const errors = rowByRow
    ? rows.map((row) => errorOf(oneRow(golden, row), rowOf(golden.logits, row)))
    : [errorOf(golden.inputs, golden.logits)];
  const largest = Math.max(...(await Promise.all(errors)));
  await session.release();
  return largest;
}

describe.each(goldenExports())('$model, $file', ({ model, path }) => {
  const golden = goldenModel(model);

  it('alone: the parameters of the checkpoint, bit for bit, and the logits of PyTorch', async () => {
    const { graph, parameters, inputs } = await fromOnnx(path);
    expect(inputs).toEqual(Object.keys(golden.inputs));
    expect(bytesOf(parameters.map((name) => [name, graph.initializers.get(name)!]))).toEqual(
      bytesOf(golden.parameters),
    );
    expect(await logitsError(graph, golden, model === ROW_BY_ROW)).toBeLessThan(TOLERANCE);
  });

  it('with its configuration: described as the model of the checkpoint', async () => {
    const checkpoint = await checkpointOf(model);
    const { graph, constants, storedType, ...imported } = await fromOnnx(path, { config: checkpoint.config });
    const { graph: own, ...built } = buildModel(checkpoint, imported.head);
    expect(imported).toEqual(built);
    expect(storedType).toBe('float32');
    expect(constants.filter((name) => imported.parameters.includes(name))).toEqual([]);
    expect(graph.outputs).toEqual(own.outputs);
    expect(graph.inputs).toEqual(own.inputs);
    expect(bytesOf(imported.parameters.map((name) => [name, graph.initializers.get(name)!]))).toEqual(
      bytesOf(golden.parameters),
    );
  });

  it('as a checkpoint: the graph that the folder gives, to the byte', async () => {
    const checkpoint = await checkpointOf(model);
    const head = headOfConfig(checkpoint.config);
    const again = buildModel(await checkpointFromOnnx(path, { config: checkpoint.config }), head);
    const bytes = (graph: Graph): Buffer => Buffer.from(encodeModel(modelOf(graph)));
    expect(bytes(again.graph).equals(bytes(buildModel(checkpoint, head).graph))).toBe(true);
  });
});
