import type { Dimension, Graph, ValueInfo } from '@guided-dropout/onnx';

/** What inputs with these names have as dimensions where they vary. */
const usual: Readonly<Record<string, readonly string[]>> = {
  input_ids: ['batch', 'length'],
  attention_mask: ['batch', 'length'],
  token_type_ids: ['batch', 'length'],
  position_ids: ['batch', 'length'],
  decoder_input_ids: ['batch', 'decoder_length'],
  decoder_attention_mask: ['batch', 'decoder_length'],
};

/**
 * The graph with its varying dimensions named as in the graphs that are built here. Exporters name them `batch_size` or
 * `past_sequence_length + 1`, differently where they are equal; whoever feeds a graph goes by equal names.
 */
export function withUsualDimensions(graph: Graph): Graph {
  const names = new Map<string, string>();
  const inputs = graph.inputs.map((info) => {
    const wanted = usual[info.name];
    if (wanted === undefined || info.dims?.length !== wanted.length) return info;
    const dims = info.dims.map((dim, axis): Dimension => {
      if (typeof dim === 'number') return dim;
      if (!names.has(dim)) names.set(dim, wanted[axis]!);
      return wanted[axis]!;
    });
    return { ...info, dims };
  });
  const renamed = (info: ValueInfo): ValueInfo =>
    info.dims
      ? { ...info, dims: info.dims.map((dim) => (typeof dim === 'string' ? (names.get(dim) ?? dim) : dim)) }
      : info;
  const known = new Set(Object.keys(usual));
  return {
    ...graph,
    inputs: inputs.map((info) => (known.has(info.name) ? info : renamed(info))),
    outputs: graph.outputs.map(renamed),
  };
}
