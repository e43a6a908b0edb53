import { float32, type Graph, type Tensor } from '@guided-dropout/onnx';

/** An initializer of an export that holds a parameter of the checkpoint. */
export interface ExportedParameter {
  readonly initializer: string;
  readonly parameter: string;
  /** Folding constants stores the weights of linear layers transposed, under new names. */
  readonly transposed: boolean;
}

/**
 * The initializers that hold parameters, found by value, for exporters rename; a tied parameter may be held by several.
 * The golden models' weights are random, so equal values mean the same parameter.
 */
export function exportedParameters(
  graph: Graph,
  parameters: ReadonlyMap<string, Tensor>,
): readonly ExportedParameter[] {
  return [...graph.initializers].flatMap(([initializer, value]) =>
    [...parameters].flatMap(([parameter, stored]): ExportedParameter[] => {
      if (isEqual(value, stored)) return [{ initializer, parameter, transposed: false }];
      return isEqual(value, transpose(stored)) ? [{ initializer, parameter, transposed: true }] : [];
    }),
  );
}

/** A matrix with its axes swapped; of any other rank, the tensor itself. */
export function transpose(value: Tensor): Tensor {
  const [rows, columns] = value.dims;
  if (rows === undefined || columns === undefined || value.dims.length !== 2) return value;
  const data = value.data as Float32Array;
  return float32(
    [columns, rows],
    data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
  );
}

function isEqual(a: Tensor, b: Tensor): boolean {
  const others = b.data as Float32Array;
  const sameType = a.dataType === b.dataType && a.dims.join() === b.dims.join();
  return sameType && (a.data as Float32Array).every((element, i) => element === others[i]);
}
