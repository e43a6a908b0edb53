import { tensorBytes, type Tensor } from '@guided-dropout/onnx';

/** Names, types, shapes and bytes of tensors, to be compared as they are. */
export function bytesOf(tensors: Iterable<readonly [string, Tensor]>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Array.from(tensors, ([name, value]) => [
      name,
      [value.dataType, [...value.dims], Buffer.from(tensorBytes(value)).toString('hex')],
    ]),
  );
}
