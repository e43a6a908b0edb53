import { GuidedDropoutError } from '@guided-dropout/core';
import { isDataType, type Tensor } from '@guided-dropout/onnx';
import { Tensor as OrtTensor } from 'onnxruntime-node';

/** ONNX Runtime's tensor over the same memory. */
export function toOrtTensor(value: Tensor): OrtTensor {
  if (value.dataType === 'bfloat16') {
    throw new GuidedDropoutError('RUNTIME_TYPE', {
      where: 'toOrtTensor',
      expected: 'an element type ONNX Runtime for Node can carry',
      received: 'bfloat16',
      fix: 'Convert the tensor to float32.',
    });
  }
  return new OrtTensor(value.dataType, value.data as OrtTensor['data'], value.dims as number[]) as OrtTensor;
}

/**
 * A tensor over the memory of ONNX Runtime's CPU tensor.
 *
 * @throws GuidedDropoutError `RUNTIME_TYPE` for strings, complex numbers and other types graphs here do not have.
 */
export function fromOrtTensor(value: OrtTensor): Tensor {
  if (!isDataType(value.type)) throw unsupportedType('fromOrtTensor', value.type);
  return { dataType: value.type, dims: value.dims, data: value.data as Tensor['data'] };
}

/** An output that graphs here do not have: strings, sequences, complex numbers. */
export function unsupportedType(where: string, received: string): GuidedDropoutError {
  return new GuidedDropoutError('RUNTIME_TYPE', {
    where,
    expected: 'numbers or booleans of a supported type',
    received,
    fix: 'Cast the output in the graph.',
  });
}
