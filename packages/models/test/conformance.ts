import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeModel,
  encodeModel,
  int64,
  modelOf,
  tensorBytes,
  zeros,
  type Graph,
  type Tensor,
} from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenModel, type GoldenModel } from '../../autodiff/test/golden-model.js';
import {
  buildModel,
  initialiseModel,
  loadCheckpoint,
  writeSafetensors,
  type Checkpoint,
  type Head,
  type LanguageModel,
} from '../src/index.js';
import { largestDifference, largestMagnitude } from './load-golden.js';
import { oneRow, rowOf } from './one-row.js';
import { temporaryFolder } from './temporary-folder.js';
import { countedLabels, gradientOf, trainingGraph } from './training-graph.js';

/**
 * Relative to the largest element of a tensor. PyTorch itself in float32 is off by up to 7e-7 in logits and 3e-6 in
 * gradients, so this leaves three times the rounding of a sound implementation.
 */
const TOLERANCE = 1e-5;

/** Where the exact gradient is zero; PyTorch in float32 leaves up to 2e-8, and other gradients reach 1. */
const ROUNDING_NOISE = 1e-7;

type Inputs = Readonly<Record<string, Tensor>>;

/** The tests that a golden model must pass, whatever its architecture and head. */
export function conformance(name: string): void {
  describe(`${name}:`, () => {
    let golden: GoldenModel;
    let checkpoint: Checkpoint;
    let head: Head;
    let model: LanguageModel;
    let logits: Tensor;

    beforeAll(async () => {
      golden = goldenModel(name);
      checkpoint = await loadCheckpoint(fileURLToPath(new URL(`../../../test/golden/${name}`, import.meta.url)));
      head = headOf(golden, checkpoint);
      model = buildModel(checkpoint, head);
      logits = await logitsOf(model.graph, golden.inputs);
    });

    it('computes the logits of PyTorch', () => {
      expect(relativeError(logits, golden.logits)).toBeLessThan(TOLERANCE);
    });

    it('has the inputs of its exports, and every weight of the checkpoint', () => {
      expect(model.inputs).toEqual(Object.keys(golden.inputs));
      expect(model.initialised).toEqual([]);
      expect([...model.parameters].toSorted()).toEqual([...checkpoint.weights.keys()].toSorted());
      expect(model.parameters.some((parameter) => parameter.startsWith(model.basePrefix))).toBe(true);
    });

    it('writes the checkpoint that it was read from, bit for bit', async () => {
      const folder = await temporaryFolder();
      await saveCheckpoint(folder, model);
      const again = await loadCheckpoint(folder);
      expect(bytesOf(again.weights)).toEqual(bytesOf(checkpoint.weights));
      expect(again.config).toEqual({
        ...checkpoint.config,
        ...(head.type === 'sequence-classification' && { problem_type: 'single_label_classification' }),
      });
      expect(bytesOf(buildModel(again, head).graph.initializers)).toEqual(bytesOf(model.graph.initializers));
    });

    it('computes the same logits after encoding and decoding', async () => {
      const decoded = decodeModel(encodeModel(modelOf(model.graph))).graph;
      expect(await logitsOf(decoded, golden.inputs)).toEqual(logits);
    });

    it('can begin anew, with the same parameters, drawn by a seed', () => {
      const config = { ...checkpoint.config, model_type: checkpoint.modelType };
      const drawn = (seed: number): LanguageModel => initialiseModel(config, head, seed);
      expect(drawn(1).parameters).toEqual(model.parameters);
      expect(drawn(1).initialised).toEqual(model.parameters);
      expect(bytesOf(drawn(1).graph.initializers)).toEqual(bytesOf(drawn(1).graph.initializers));
      expect(bytesOf(drawn(1).graph.initializers)).not.toEqual(bytesOf(drawn(2).graph.initializers));
    });

    it('reads a base model without its prefix', () => {
      const { basePrefix } = model;
      const bare = new Map(
        [...checkpoint.weights].map(([parameter, value]) => [
          parameter.startsWith(basePrefix) ? parameter.slice(basePrefix.length) : parameter,
          value,
        ]),
      );
      const again = buildModel({ ...checkpoint, weights: bare }, head);
      expect(bytesOf(again.graph.initializers)).toEqual(bytesOf(model.graph.initializers));
    });

    it('computes of each row alone, without padding, what it computes of it in the batch', async () => {
      const session = await Session.create(model.graph);
      for (const [row, inputs] of rowsOf(golden)) {
        const alone = (await session.run(inputs))['logits']!;
        // A row alone ends before the padding, and so do its logits.
        const inBatch = rowOf(logits, row);
        const data = (inBatch.data as Float32Array).subarray(0, alone.data.length);
        const error = largestDifference(alone, { ...inBatch, dims: alone.dims, data } as Tensor);
        expect(error / largestMagnitude(logits)).toBeLessThan(TOLERANCE);
      }
      await session.release();
    });

    it('decodes the positions that are named alone, where its head can', async () => {
      if (head.type !== 'masked-lm') return expect(model.inputs).not.toContain('label_positions');
      const some = buildModel(checkpoint, { ...head, labelledPositionsOnly: true });
      expect(some.inputs).toEqual([...model.inputs, 'label_positions']);
      expect(some.graph.outputs[0]!.dims).toEqual(['batch', 'labels', some.vocabularySize]);
      const positions = [6, 0, 2, 4, 1, 1];
      const decoded = await logitsOf(some.graph, { ...golden.inputs, label_positions: int64([3, 2], positions) });
      const [, length, size] = logits.dims as [number, number, number];
      const expected = positions.flatMap((position, i) => {
        const start = ((i >> 1) * length + position) * size;
        return Array.from((logits.data as Float32Array).subarray(start, start + size));
      });
      expect(decoded.dims).toEqual([3, 2, size]);
      const wanted = { ...decoded, data: Float32Array.from(expected) } as Tensor;
      expect(relativeError(decoded, wanted)).toBeLessThan(TOLERANCE);
    });

    it('has the gradients of PyTorch', async () => {
      const graph = await trainingGraph(model, golden, (gradients, parameter) => gradients.summed(parameter));
      const results = await run(graph, { ...golden.inputs, labels: golden.labels });
      expect(Math.abs(Number(results['loss']!.data[0]) / golden.loss - 1)).toBeLessThan(TOLERANCE);
      const wrong = model.parameters.filter(
        (parameter) => !isClose(golden, parameter, results[gradientOf(parameter)]!, golden.gradients.get(parameter)!),
      );
      expect(wrong).toEqual([]);
    });

    it('keeps the gradients of examples apart: each is that of a batch of one', async () => {
      const apart = await trainingGraph(model, golden, (gradients, parameter) => gradients.perExample(parameter));
      const batch = await run(apart, { ...golden.inputs, labels: golden.labels });
      const summed = await trainingGraph(model, golden, (gradients, parameter) => gradients.summed(parameter));
      const session = await Session.create(summed);
      const rows = rowsOf(golden);
      const total = rows.reduce((sum, [row]) => sum + countedLabels(golden, row), 0);
      for (const [row, inputs] of rows) {
        const alone = await session.run(inputs);
        // The loss is a mean over the labels of all rows.
        const share = countedLabels(golden, row) / total;
        const wrong = model.parameters.filter((parameter) => {
          const gradient = alone[gradientOf(parameter)]!;
          const data = (gradient.data as Float32Array).map((element) => element * share);
          const inBatch = { ...rowOf(batch[gradientOf(parameter)]!, row), dims: gradient.dims } as Tensor;
          return !isClose(golden, parameter, inBatch, { ...gradient, data } as Tensor);
        });
        expect(wrong, `row ${row}`).toEqual([]);
      }
      await session.release();
    });
  });
}

function headOf(golden: GoldenModel, checkpoint: Checkpoint): Head {
  switch (golden.head) {
    case 'classification':
      return {
        type: 'sequence-classification',
        labels: Object.values(checkpoint.config['id2label'] as Record<string, string>),
        seed: 1,
      };
    case 'replaced-tokens':
      return { type: 'replaced-token-detection' };
    default:
      return { type: golden.head };
  }
}

async function saveCheckpoint(folder: string, { config, parameters, graph }: LanguageModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  const weights = new Map(parameters.map((name) => [name, graph.initializers.get(name)!]));
  await writeSafetensors(join(folder, 'model.safetensors'), weights, { format: 'pt' });
}

async function run(graph: Graph, inputs: Inputs): Promise<Record<string, Tensor>> {
  const session = await Session.create(graph);
  const results = await session.run(inputs);
  await session.release();
  return results;
}

async function logitsOf(graph: Graph, inputs: Inputs): Promise<Tensor> {
  return (await run(graph, inputs))['logits']!;
}

function rowsOf(golden: GoldenModel): readonly (readonly [number, Record<string, Tensor>])[] {
  return Array.from({ length: golden.labels.dims[0]! }, (_, row) => [row, oneRow(golden, row)]);
}

/** Names, types, shapes and bytes, to be compared as they are. */
function bytesOf(tensors: ReadonlyMap<string, Tensor>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...tensors].map(([name, value]) => [
      name,
      [value.dataType, [...value.dims], Buffer.from(tensorBytes(value)).toString('hex')],
    ]),
  );
}

function isClose(golden: GoldenModel, parameter: string, gradient: Tensor, expected: Tensor): boolean {
  const scale = largestMagnitude(golden.gradients.get(parameter)!);
  const limit = golden.zeroGradients.has(parameter) ? ROUNDING_NOISE : TOLERANCE * scale;
  return largestDifference(gradient, expected) < limit;
}

function relativeError(value: Tensor, expected: Tensor): number {
  return largestDifference(value, expected) / largestDifference(expected, zeros('float32', expected.dims));
}
