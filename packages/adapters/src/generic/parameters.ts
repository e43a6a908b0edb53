import type { GraphIndex } from '../shared/index.js';

/** Operators whose second input, if it is an initializer, is a matrix of weights. */
const PRODUCTS: ReadonlySet<string> = new Set(['MatMul', 'Gemm', 'Conv']);

/**
 * The initializers that are parameters, as far as their readers tell: matrices of products, tables that are looked up,
 * and vectors that scale or shift. A graph does not say which of its constants were learnt.
 */
export function likelyParameters(index: GraphIndex): ReadonlySet<string> {
  const { initializers } = index.graph;
  const parameters = new Set<string>();
  for (const [name, { dataType, dims, data }] of initializers) {
    if (!dataType.startsWith('float') || data.length < 2) continue;
    const matrices = [
      name,
      ...index.readers(name).flatMap((node) => (node.opType === 'Transpose' ? node.outputs : [])),
    ];
    const isParameter = matrices.some((value) =>
      index.readers(value).some(({ opType, inputs }) => {
        if (PRODUCTS.has(opType)) return inputs.slice(1).some((input) => index.source(input) === value);
        if (opType === 'Gather') return index.source(inputs[0]!) === value;
        if (opType === 'LayerNormalization') return true;
        return dims.length === 1 && (opType === 'Add' || opType === 'Mul');
      }),
    );
    if (isParameter) parameters.add(name);
  }
  return parameters;
}
