import { bytesPerElement, tensorBytes } from '../tensor-bytes.js';
import { elementCount, type Tensor } from '../tensor.js';
import { elementTypeCode } from './element-types.js';
import { createMessage } from './field-table.js';
import { int64Of } from './integers.js';
import { onnxError, shapeText } from './onnx-error.js';
import { tensorProto, type TensorProto } from './onnx-messages.js';

/**
 * A tensor as it stands in a file, its elements as `raw_data`: a view, not a copy.
 *
 * @throws GuidedDropoutError `ONNX_INVALID` when the data does not fit type and shape.
 */
export function tensorToProto(tensor: Tensor, name: string | undefined, where: string): TensorProto {
  const expected = elementCount(tensor.dims) * bytesPerElement(tensor.dataType);
  if (tensor.dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0) || tensor.data.byteLength !== expected) {
    throw onnxError(
      'ONNX_INVALID',
      where,
      `data of ${tensor.dataType} that fills the shape ${shapeText(tensor.dims)}`,
      `${tensor.data.byteLength} bytes`,
      'Make tensors with tensor().',
    );
  }
  return createMessage(tensorProto, {
    dims: BigInt64Array.from(tensor.dims, (dim) => int64Of(dim, where)),
    dataType: elementTypeCode(tensor.dataType),
    name,
    rawData: tensorBytes(tensor),
  });
}
