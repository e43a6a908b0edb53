import { int, string, type GraphBuilder } from '@guided-dropout/onnx';

/**
 * Adds updates to zeros at the indices, a vector, along an axis; the other axes of both agree.
 *
 * @param rank of the zeros and the updates.
 */
export function scatterAlongAxis(
  builder: GraphBuilder,
  zeros: string,
  indices: string,
  updates: string,
  axis: number,
  rank: number,
): string {
  const column = Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1));
  const aligned = builder.op('Reshape', [indices, builder.integers(column)]);
  const repeated = builder.op('Expand', [aligned, builder.op('Shape', [updates])]);
  return builder.op('ScatterElements', [zeros, repeated, updates], { axis: int(axis), reduction: string('add') });
}

/** The shape of a value with another size along one axis, given as int64 [1]. */
export function shapeWith(builder: GraphBuilder, value: string, axis: number, size: string): string {
  const before = builder.op('Shape', [value], { start: int(0), end: int(axis) });
  const after = builder.op('Shape', [value], { start: int(axis + 1) });
  return builder.op('Concat', [before, size, after], { axis: int(0) });
}
