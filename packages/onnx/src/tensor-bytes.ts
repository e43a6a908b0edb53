import { GuidedDropoutError } from '@guided-dropout/core';
import { arrayConstructor, elementCount, type DataOf, type DataType, type Tensor } from './tensor.js';

/** What `arrayConstructor` returns also makes views; its type promises only allocation. */
interface ViewConstructor<T extends DataType> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): DataOf[T];
}

function viewConstructor<T extends DataType>(dataType: T): ViewConstructor<T> {
  return arrayConstructor(dataType) as unknown as ViewConstructor<T>;
}

/** The size of one element in bytes. */
export function bytesPerElement(dataType: DataType): number {
  return viewConstructor(dataType).BYTES_PER_ELEMENT;
}

/** The bytes of a tensor's elements, little-endian, row-major: a view, not a copy. */
export function tensorBytes(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

/**
 * A tensor over little-endian, row-major bytes: a view of them where their address is a multiple of the element size
 * (the caller must then leave the bytes as they are), else a copy.
 *
 * @throws GuidedDropoutError `TENSOR_SHAPE` when the byte length is not that of the shape, `TENSOR_BOOL` when a boolean
 * is neither 0 nor 1.
 */
export function tensorFromBytes<T extends DataType>(
  dataType: T,
  dims: readonly number[],
  bytes: Uint8Array,
): Tensor<T> {
  const View = viewConstructor(dataType);
  const count = elementCount(dims);
  if (bytes.length !== count * View.BYTES_PER_ELEMENT) {
    throw new GuidedDropoutError('TENSOR_SHAPE', {
      where: `tensor of ${dataType} [${dims.join(', ')}]`,
      expected: `${count * View.BYTES_PER_ELEMENT} bytes`,
      received: `${bytes.length}`,
      fix: 'Pass as many bytes as the shape has elements times their size.',
    });
  }
  if (dataType === 'bool') assertBooleans(bytes);
  // Not `slice`: a Node Buffer's shares memory.
  const aligned = bytes.byteOffset % View.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return { dataType, dims, data: new View(aligned.buffer, aligned.byteOffset, count) };
}

// Kernels take booleans at their word: a byte of 2 would be counted as 2.
function assertBooleans(bytes: Uint8Array): void {
  const index = bytes.findIndex((byte) => byte > 1);
  if (index < 0) return;
  throw new GuidedDropoutError('TENSOR_BOOL', {
    where: `tensor of bool, element ${index}`,
    expected: '0 or 1',
    received: `${bytes[index]}`,
    fix: 'Store booleans as bytes 0 and 1.',
  });
}
