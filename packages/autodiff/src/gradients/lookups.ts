import { int, type DataType, type GraphBuilder } from '@guided-dropout/onnx';
import { cast } from '../emit.js';

/**
 * What an example's updates add up to at the id of each of them.
 *
 * @param ids [b, updates].
 * @param updates [b, updates, size].
 * @returns [b, updates, size]: Σ of the updates of the same example and id.
 */
export function sumOverEqualIds(builder: GraphBuilder, ids: string, updates: string, dataType: DataType): string {
  const column = builder.op('Unsqueeze', [ids, builder.integers([2])]);
  const row = builder.op('Unsqueeze', [ids, builder.integers([1])]);
  const equal = cast(builder, builder.op('Equal', [column, row]), dataType);
  return builder.op('MatMul', [equal, updates]);
}

/** The columns of every example's matrix [b, rows, m] that its ids [b, updates] name: [b, rows, updates]. */
export function columnsAt(builder: GraphBuilder, matrix: string, ids: string): string {
  const row = builder.op('Unsqueeze', [ids, builder.integers([1])]);
  const first = builder.op('Shape', [matrix], { start: int(0), end: int(2) });
  const shape = builder.op('Concat', [first, builder.op('Shape', [ids], { start: int(1), end: int(2) })], {
    axis: int(0),
  });
  return builder.op('GatherElements', [matrix, builder.op('Expand', [row, shape])], { axis: int(2) });
}
