import { tensor, type Tensor } from '@guided-dropout/onnx';
import type { GoldenModel } from '../../autodiff/test/golden-model.js';

/** A row of a golden model's batch as a batch of its own, without the padding behind its tokens. */
export function oneRow(golden: GoldenModel, row: number): Record<string, Tensor> {
  const mask = rowOf(golden.inputs['attention_mask']!, row);
  const length = mask.data.length;
  const numTokens = Array.from(mask.data, Number).lastIndexOf(1) + 1;
  return Object.fromEntries(
    Object.entries({ ...golden.inputs, labels: golden.labels }).map(([name, value]) => {
      const own = rowOf(value, row);
      // What a decoder reads and predicts has lengths of its own.
      const isText = own.dims.length === 2 && own.dims[1] === length && !('decoder_input_ids' in golden.inputs);
      const isSource = name === 'input_ids' || name === 'attention_mask';
      return [name, isText || isSource ? firstColumns(own, numTokens) : own];
    }),
  );
}

/** One index of the first axis, which stays. */
export function rowOf(value: Tensor, row: number): Tensor {
  const size = value.data.length / value.dims[0]!;
  const data = value.data.slice(row * size, (row + 1) * size);
  return { dataType: value.dataType, dims: [1, ...value.dims.slice(1)], data } as Tensor;
}

function firstColumns(value: Tensor, count: number): Tensor {
  return tensor('int64', [1, count], value.data.slice(0, count) as BigInt64Array);
}
