import type { Dimension, ValueInfo } from '../graph.js';
import { elementType, elementTypeCode } from './element-types.js';
import { createMessage } from './field-table.js';
import { int64Of, naturalOf } from './integers.js';
import { onnxError, quoted } from './onnx-error.js';
import {
  dimensionProto,
  tensorShapeProto,
  tensorTypeProto,
  typeProto,
  valueInfoProto,
  type DimensionProto,
  type TypeProto,
  type ValueInfoProto,
} from './onnx-messages.js';

const otherTypes = ['sequenceType', 'mapType', 'opaqueType', 'sparseTensorType', 'optionalType'] as const;

/**
 * A graph's input or output from a file; without an element type there, its type is left to inference. A dimension of
 * which the file says nothing has the name `''`.
 *
 * @throws GuidedDropoutError `ONNX_INVALID`; `ONNX_UNSUPPORTED` for values that are not dense tensors of a known type.
 */
export function valueInfoFromProto(proto: ValueInfoProto, where: string): ValueInfo {
  const name = proto.name ?? '';
  const place = `${where} ${quoted(name)}`;
  if (name === '') throw onnxError('ONNX_INVALID', place, 'a name', 'none');
  const tensorType = tensorTypeOf(proto.type, place);
  if (tensorType === undefined || (tensorType.elemType ?? 0) === 0) return { name };
  const dataType = elementType(tensorType.elemType, place);
  if (tensorType.shape === undefined) return { name, dataType };
  return { name, dataType, dims: tensorType.shape.dim.map((dim) => dimensionOf(dim, place)) };
}

function tensorTypeOf(type: TypeProto | undefined, where: string): TypeProto['tensorType'] {
  const other = otherTypes.find((property) => type?.[property] !== undefined);
  if (other === undefined) return type?.tensorType;
  throw onnxError('ONNX_UNSUPPORTED', where, 'a dense tensor', `a value of ${other}`, 'Export the model without it.');
}

function dimensionOf(proto: DimensionProto, where: string): Dimension {
  return proto.dimValue === undefined ? (proto.dimParam ?? '') : naturalOf(proto.dimValue, 0, `${where}, shape`);
}

/** A graph's input or output as it stands in a file, where a shape without an element type cannot stand. */
export function valueInfoToProto(info: ValueInfo, where: string): ValueInfoProto {
  if (info.dataType === undefined) return createMessage(valueInfoProto, { name: info.name });
  const dim = info.dims?.map((dimension) =>
    createMessage(dimensionProto, {
      dimValue: typeof dimension === 'number' ? int64Of(dimension, `${where} ${quoted(info.name)}, shape`) : undefined,
      dimParam: typeof dimension === 'string' && dimension !== '' ? dimension : undefined,
    }),
  );
  const shape = dim && createMessage(tensorShapeProto, { dim });
  const tensorType = createMessage(tensorTypeProto, { elemType: elementTypeCode(info.dataType), shape });
  return createMessage(valueInfoProto, { name: info.name, type: createMessage(typeProto, { tensorType }) });
}
