// Files that are no exports to be trained.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeModel, encodeModel, type Graph, type Tensor } from '@guided-dropout/onnx';
import { describe, expect, it } from 'vitest';
import { checkpointFromOnnx, fromOnnx, loadCheckpoint } from '../src/index.js';
import { writeOptimised } from './optimised-export.js';
import { refusal } from './refusal.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = fileURLToPath(new URL('../../../test/golden/bert-masked-lm/', import.meta.url));
const bert = `${folder}masked-lm.opset17.onnx`;
const { config } = await loadCheckpoint(folder);

async function changed(change: (graph: Graph) => Partial<Graph>): Promise<Uint8Array> {
  const model = decodeModel(await readFile(bert));
  return encodeModel({ ...model, graph: { ...model.graph, ...change(model.graph) } });
}

describe('a file', () => {
  it('that is missing is named', async () => {
    const error = await refusal(() => fromOnnx(`${folder}none.onnx`));
    expect(error.code).toBe('CHECKPOINT_MISSING');
    expect(error.message).toContain('none.onnx');
  });

  it('that is a folder is refused with what to pass', async () => {
    const error = await refusal(() => fromOnnx(folder));
    expect(error.code).toBe('CHECKPOINT_MISSING');
    expect(error.message).toContain('.onnx file itself');
  });

  it('that is no ONNX model, or a part of one, is refused with its path', async () => {
    const to = join(await temporaryFolder(), 'model.onnx');
    await writeFile(to, 'version https://git-lfs.github.com/spec/v1\n');
    expect((await refusal(() => fromOnnx(to))).message).toContain(to);
    await writeFile(to, (await readFile(bert)).subarray(0, 5000));
    expect((await refusal(() => fromOnnx(to))).code).toBe('ONNX_TRUNCATED');
  });

  it('whose tensor data is missing, or outside of its folder, is refused', async () => {
    const to = await temporaryFolder();
    const inner = join(to, 'inner');
    await mkdir(inner);
    await writeOptimised(bert, join(to, 'model.onnx'), 'weights.bin');
    const bytes = await readFile(join(to, 'model.onnx'));
    await writeFile(join(inner, 'model.onnx'), bytes);
    const missing = await refusal(() => fromOnnx(join(inner, 'model.onnx')));
    expect(missing.code).toBe('ONNX_EXTERNAL_DATA');
    expect(missing.message).toContain('weights.bin');
    // A location of the same length, so that the file stays well-formed.
    await writeFile(
      join(inner, 'model.onnx'),
      bytes.toString('latin1').replaceAll('weights.bin', '../ghts.bin'),
      'latin1',
    );
    const outside = await refusal(() => fromOnnx(join(inner, 'model.onnx')));
    expect(outside.code).toBe('ONNX_EXTERNAL_DATA');
    expect(outside.message).toContain("without '..'");
    expect((await refusal(() => fromOnnx(bytes))).message).toContain('externalData');
  });
});

it.each([null, [], 'bert'])('a configuration %j is refused', async (wrong) => {
  for (const read of [fromOnnx, checkpointFromOnnx]) {
    expect((await refusal(() => read(bert, { config: wrong as never }))).code).toBe('CHECKPOINT_CONFIG');
  }
});

describe('a graph', () => {
  it.each(['alone', 'with its configuration'])('with numbers that are not finite is refused, %s', async (how) => {
    const name = 'bert.embeddings.position_embeddings.weight';
    const bytes = await changed(({ initializers }) => {
      const value = initializers.get(name)!;
      const data = Float32Array.from(value.data as Float32Array).fill(Number.NaN, 3, 5);
      return { initializers: new Map([...initializers, [name, { ...value, data } as Tensor]]) };
    });
    const error = await refusal(() => (how === 'alone' ? fromOnnx(bytes) : fromOnnx(bytes, { config })));
    expect(error.code).toBe('MODEL_WEIGHTS');
    expect(error.message).toContain(name);
    expect(error.message).toContain('index 3');
  });

  it('that is quantised is refused', async () => {
    const bytes = await changed(({ nodes }) => ({
      nodes: nodes.map((node) => (node.opType === 'Softmax' ? { ...node, opType: 'DynamicQuantizeLinear' } : node)),
    }));
    const error = await refusal(() => fromOnnx(bytes));
    expect(error.code).toBe('ONNX_LOWERING');
    expect(error.message).toContain('float32');
  });

  it('in double precision is refused', async () => {
    const name = 'bert.pooler.dense.weight';
    const double = { dataType: 'float64', dims: [1], data: Float64Array.of(1) } as const;
    const bytes = await changed(({ initializers }) => ({ initializers: new Map([...initializers, [name, double]]) }));
    const error = await refusal(() => fromOnnx(bytes));
    expect(error.code).toBe('IMPORT_TYPE');
    expect(error.message).toContain(name);
  });

  it('without a head is refused where the configuration has one', async () => {
    const bytes = await changed(({ nodes, outputs }) => {
      const rename = (name: string): string => (name === 'logits' ? 'last_hidden_state' : name);
      return {
        nodes: nodes.map((node) => ({ ...node, outputs: node.outputs.map(rename) })),
        outputs: outputs.map((info) => ({ ...info, name: rename(info.name) })),
      };
    });
    const error = await refusal(() => fromOnnx(bytes, { config }));
    expect(error.code).toBe('IMPORT_OUTPUTS');
    expect(error.message).toContain("'last_hidden_state'");
    const narrow = await changed(({ nodes, outputs }) => ({
      nodes: nodes.map((node) => ({
        ...node,
        outputs: node.outputs.map((name) => (name === 'logits' ? 'out' : name)),
      })),
      outputs: outputs.map((info) => ({ ...info, name: 'out', dims: ['batch', 'length', 16] })),
    }));
    expect((await refusal(() => fromOnnx(narrow, { config }))).code).toBe('IMPORT_OUTPUTS');
    expect((await fromOnnx(bytes)).graph.outputs.map(({ name }) => name)).toEqual(['last_hidden_state']);
  });

  it('with inputs that the model has not is refused where the configuration tells', async () => {
    const bytes = await changed(({ inputs }) => ({
      inputs: [...inputs, { name: 'head_mask', dataType: 'float32', dims: [1] }],
    }));
    const error = await refusal(() => fromOnnx(bytes, { config }));
    expect(error.code).toBe('IMPORT_INPUTS');
    expect(error.message).toContain("'head_mask'");
    expect((await fromOnnx(bytes)).inputs).toContain('head_mask');
  });
});
