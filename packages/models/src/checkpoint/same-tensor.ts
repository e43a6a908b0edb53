import { tensorBytes, type Tensor } from '@guided-dropout/onnx';

/** Whether two tensors have the same type, shape and bytes. */
export function sameTensor(a: Tensor, b: Tensor): boolean {
  if (a === b) return true;
  if (a.dataType !== b.dataType || a.dims.join() !== b.dims.join()) return false;
  return Buffer.compare(tensorBytes(a), tensorBytes(b)) === 0;
}
