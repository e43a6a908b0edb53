import {
  GraphBuilder,
  float,
  float32,
  int,
  type Graph,
  type Model,
  type Node,
  type Tensor,
} from '@guided-dropout/onnx';
import { transposedMatrix } from '../src/from-onnx/matrices.js';

const CONTRIB = 'com.microsoft';

/**
 * A BERT with its masked-LM head as ONNX Runtime's transformer optimiser writes it: fused embeddings, attention with
 * packed projections, residual normalisations and biased GELUs; matrices transposed and without names.
 */
export function fusedBert(weights: ReadonlyMap<string, Tensor>, numLayers: number, numHeads: number): Model {
  const builder = new GraphBuilder('fused');
  const weight = (name: string): string => {
    if (!builder.has(name)) builder.initializer(name, weights.get(name)!);
    return name;
  };
  let matrices = 0;
  const matrix = (...names: readonly string[]): string =>
    builder.initializer(
      `onnx::MatMul_${matrices++}`,
      sideBySide(names.map((name) => transposedMatrix(weights.get(name)!))),
    );
  const fused = (opType: string, inputs: readonly string[], attributes: Node['attributes'] = {}): string => {
    const output = `${opType}_${matrices}_${inputs[0]!.length}:${inputs.join()}`;
    builder.append({ name: output, opType, domain: CONTRIB, inputs, outputs: [output], attributes });
    return output;
  };
  const skip = (x: string, residual: string, module: string): string =>
    fused('SkipLayerNormalization', [x, residual, ...norm(`${module}.LayerNorm`), weight(`${module}.dense.bias`)], {
      epsilon: float(1e-12),
    });
  const norm = (module: string): string[] => [weight(`${module}.weight`), weight(`${module}.bias`)];

  const ids = ['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
    builder.input(name, 'int64', ['batch', 'length']),
  );
  const [tokens, mask, types] = ids.map((name) => builder.op('Cast', [name], { to: int(6) })) as [
    string,
    string,
    string,
  ];
  const tables = ['word', 'position', 'token_type'].map((table) =>
    weight(`bert.embeddings.${table}_embeddings.weight`),
  );
  const embed = ['embedded', 'mask_index'];
  builder.append({
    name: 'EmbedLayerNormalization_0',
    opType: 'EmbedLayerNormalization',
    domain: CONTRIB,
    inputs: [tokens, types, ...tables, ...norm('bert.embeddings.LayerNorm')],
    outputs: embed,
    attributes: { epsilon: float(1e-12) },
  });
  let hidden = embed[0]!;
  for (let layer = 0; layer < numLayers; layer++) {
    const module = `bert.encoder.layer.${layer}`;
    const self = ['query', 'key', 'value'].map((part) => `${module}.attention.self.${part}`);
    const packed = matrix(...self.map((part) => `${part}.weight`));
    const bias = builder.initializer(
      `Attention_${layer}_qkv_bias`,
      sideBySide(self.map((part) => weights.get(`${part}.bias`)!)),
    );
    const attended = fused('Attention', [hidden, packed, bias, mask], { num_heads: int(numHeads) });
    const output = builder.op('MatMul', [attended, matrix(`${module}.attention.output.dense.weight`)]);
    const middle = skip(output, hidden, `${module}.attention.output`);
    const inner = builder.op('MatMul', [middle, matrix(`${module}.intermediate.dense.weight`)]);
    const activated = fused('BiasGelu', [inner, weight(`${module}.intermediate.dense.bias`)]);
    hidden = skip(
      builder.op('MatMul', [activated, matrix(`${module}.output.dense.weight`)]),
      middle,
      `${module}.output`,
    );
  }
  const head = 'cls.predictions.transform';
  const dense = builder.op('MatMul', [hidden, matrix(`${head}.dense.weight`)]);
  const gelu = fused('BiasGelu', [dense, weight(`${head}.dense.bias`)]);
  const normalised = builder.op('LayerNormalization', [gelu, ...norm(`${head}.LayerNorm`)], {
    axis: int(-1),
    epsilon: float(1e-12),
  });
  const decoded = builder.op('MatMul', [normalised, matrix('bert.embeddings.word_embeddings.weight')]);
  builder.output(builder.op('Add', [decoded, weight('cls.predictions.bias')]), 'float32', undefined, 'logits');
  return exported(builder.build());
}

function exported(graph: Graph): Model {
  return {
    graph,
    opsets: new Map([
      ['', 17],
      [CONTRIB, 1],
    ]),
    irVersion: 8,
    producer: 'onnxruntime.transformers',
    metadata: {},
  };
}

/** Matrices of as many rows, or vectors, one after the other along the last axis. */
function sideBySide(parts: readonly Tensor[]): Tensor {
  const rows = parts[0]!.dims.length === 2 ? parts[0]!.dims[0]! : 1;
  const data = Array.from({ length: rows }, (_, row) =>
    parts.flatMap((part) =>
      Array.from(part.data.slice((row * part.data.length) / rows, ((row + 1) * part.data.length) / rows), Number),
    ),
  ).flat();
  const width = data.length / rows;
  return float32(parts[0]!.dims.length === 2 ? [rows, width] : [width], data);
}
