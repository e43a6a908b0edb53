import type { Node } from '@guided-dropout/onnx';
import { described, Mismatch } from './mismatch.js';
import type { ModelGraph } from './model-graph.js';

/** One application of a linear layer, x·W + b. */
export interface Linear {
  readonly product: Node;
  /** x. */
  readonly input: string;
  /** The parameter that is added to the product. */
  readonly bias: string | undefined;
}

const RESHAPE: ReadonlySet<string> = new Set(['Reshape']);

/** The products with a weight that is stored as it is multiplied, or transposed, in the graph's order. */
export function productsWith(model: ModelGraph, weight: string): Node[] {
  const { index } = model;
  const matrices = [
    weight,
    ...index.readers(weight).flatMap((node) => (node.opType === 'Transpose' ? node.outputs : [])),
  ];
  const products = matrices.flatMap((matrix) =>
    index
      .readers(matrix)
      .filter(
        ({ opType, inputs }) => (opType === 'MatMul' || opType === 'Gemm') && index.source(inputs[1]!) === matrix,
      ),
  );
  return index.ordered(products);
}

/** The applications of a linear layer. @throws Mismatch where nothing is multiplied with its weight. */
export function linearLayers(model: ModelGraph, module: string): Linear[] {
  const weight = model.parameter(`${module}.weight`);
  const products = productsWith(model, weight);
  if (products.length === 0) throw new Mismatch(`a MatMul or Gemm with '${weight}'`, model.readersOf(weight));
  const bias = model.find(`${module}.bias`);
  return products.map((product) => ({ product, input: model.index.source(product.inputs[0]!), bias }));
}

/** The one application of a linear layer. @throws Mismatch as {@link linearLayers}, and where there are several. */
export function linearLayer(model: ModelGraph, module: string): Linear {
  const [layer, ...others] = linearLayers(model, module);
  if (others.length === 0) return layer!;
  const products = [layer!, ...others].map(({ product }) => product);
  throw new Mismatch(`one product with '${model.prefix}${module}.weight'`, `several: ${described(...products)}`);
}

/**
 * The result of a linear layer, its product with the bias added: by MatMul and Add, or by a Gemm on rows that may have
 * been flattened.
 *
 * @throws Mismatch where the bias is not added to the product at once, or something else is.
 */
export function resultOf({ index }: ModelGraph, { product, bias }: Linear): string {
  const [result] = product.outputs as [string];
  const added = product.opType === 'Gemm' && product.inputs[2] ? index.source(product.inputs[2]) : undefined;
  if (added === bias) return result;
  if (added !== undefined) {
    throw new Mismatch(bias ? `a Gemm that adds '${bias}'` : 'a product without bias', `one that adds '${added}'`);
  }
  const readers = index.readersThrough(result, RESHAPE);
  const sums = readers.filter(
    ({ opType, inputs }) => opType === 'Add' && inputs.some((input) => index.source(input) === bias),
  );
  if (sums.length === 1) return sums[0]!.outputs[0]!;
  throw new Mismatch(`${product.opType} → Add with '${bias}'`, described(...readers));
}
