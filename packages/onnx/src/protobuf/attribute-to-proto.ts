import type { Attribute, Graph } from '../graph.js';
import type { Tensor } from '../tensor.js';
import { createMessage } from './field-table.js';
import { int64Of } from './integers.js';
import { onnxError } from './onnx-error.js';
import { attributeProto, type AttributeProto, type GraphProto, type TensorProto } from './onnx-messages.js';

/** How the parts of an attribute that are more than numbers and texts are written. */
export interface AttributePartWriters {
  tensor(tensor: Tensor, where: string): TensorProto;
  graph(graph: Graph, where: string): GraphProto;
}

const utf8 = new TextEncoder();

/**
 * A node's attribute as it stands in a file; floats are rounded to float32, which is all a file can hold.
 *
 * @throws GuidedDropoutError `ONNX_INVALID` when a number is out of range.
 */
export function attributeToProto(
  name: string,
  attribute: Attribute,
  where: string,
  parts: AttributePartWriters,
): AttributeProto {
  return createMessage(attributeProto, { name, ...valueOf(attribute, where, parts) });
}

// The numbers are AttributeProto.AttributeType's.
function valueOf(attribute: Attribute, where: string, parts: AttributePartWriters): Partial<AttributeProto> {
  switch (attribute.type) {
    case 'float':
      return { type: 1, f: float32Of(attribute.value, where) };
    case 'int':
      return { type: 2, i: int64Of(attribute.value, where) };
    case 'string':
      return { type: 3, s: utf8.encode(attribute.value) };
    case 'tensor':
      return { type: 4, t: parts.tensor(attribute.value, where) };
    case 'graph':
      return { type: 5, g: parts.graph(attribute.value, where) };
    case 'floats':
      return { type: 6, floats: Float32Array.from(attribute.value, (value) => float32Of(value, where)) };
    case 'ints':
      return { type: 7, ints: BigInt64Array.from(attribute.value.map((value) => int64Of(value, where))) };
    case 'strings':
      return { type: 8, strings: attribute.value.map((value) => utf8.encode(value)) };
  }
}

function float32Of(value: number, where: string): number {
  const rounded = Math.fround(value);
  if (Number.isFinite(rounded) || !Number.isFinite(value)) return rounded;
  throw onnxError('ONNX_INVALID', where, 'a number within float32', String(value), 'Pass a smaller number.');
}
