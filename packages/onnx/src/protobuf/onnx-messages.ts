// The message types of onnx.proto (ONNX IR, https://onnx.ai/onnx/repo-docs/IR.html) with the fields this project reads
// or refuses. Every other field (documentation, shapes of intermediates, quantisation notes) is skipped.
import { many, message, messages, messageTable, numbers, one, type MessageOf } from './field-table.js';
import type { MessageTable } from './field-table.js';

/** Deepest nesting of subgraphs that is read or written; protobuf's own parsers stop near 33. */
export const MAX_SUBGRAPH_DEPTH = 32;

const stringStringEntryFields = { key: one(1, 'string'), value: one(2, 'string') };
export interface StringStringEntryProto extends MessageOf<typeof stringStringEntryFields> {}
export const stringStringEntryProto = messageTable('StringStringEntryProto', stringStringEntryFields);

const operatorSetIdFields = { domain: one(1, 'string'), version: one(2, 'int64') };
export interface OperatorSetIdProto extends MessageOf<typeof operatorSetIdFields> {}
export const operatorSetIdProto = messageTable('OperatorSetIdProto', operatorSetIdFields);

const tensorFields = {
  dims: numbers(1, 'int64'),
  dataType: one(2, 'int32'),
  /** Part of a tensor cut into pieces; refused. */
  segment: one(3, 'bytes'),
  floatData: numbers(4, 'float'),
  int32Data: numbers(5, 'int32'),
  int64Data: numbers(7, 'int64'),
  name: one(8, 'string'),
  rawData: one(9, 'bytes'),
  doubleData: numbers(10, 'double'),
  uint64Data: numbers(11, 'uint64'),
  externalData: messages(13, () => stringStringEntryProto),
  /** 0 in this file, 1 in another. */
  dataLocation: one(14, 'int32'),
};
export interface TensorProto extends MessageOf<typeof tensorFields> {}
export const tensorProto = messageTable('TensorProto', tensorFields);

const dimensionFields = { dimValue: one(1, 'int64'), dimParam: one(2, 'string') };
export interface DimensionProto extends MessageOf<typeof dimensionFields> {}
export const dimensionProto = messageTable('TensorShapeProto.Dimension', dimensionFields);

const tensorShapeFields = { dim: messages(1, () => dimensionProto) };
export interface TensorShapeProto extends MessageOf<typeof tensorShapeFields> {}
export const tensorShapeProto = messageTable('TensorShapeProto', tensorShapeFields);

const tensorTypeFields = { elemType: one(1, 'int32'), shape: message(2, () => tensorShapeProto) };
export interface TensorTypeProto extends MessageOf<typeof tensorTypeFields> {}
export const tensorTypeProto = messageTable('TypeProto.Tensor', tensorTypeFields);

const typeFields = {
  tensorType: message(1, () => tensorTypeProto),
  sequenceType: one(4, 'bytes'),
  mapType: one(5, 'bytes'),
  opaqueType: one(7, 'bytes'),
  sparseTensorType: one(8, 'bytes'),
  optionalType: one(9, 'bytes'),
};
export interface TypeProto extends MessageOf<typeof typeFields> {}
export const typeProto = messageTable('TypeProto', typeFields);

const valueInfoFields = { name: one(1, 'string'), type: message(2, () => typeProto) };
export interface ValueInfoProto extends MessageOf<typeof valueInfoFields> {}
export const valueInfoProto = messageTable('ValueInfoProto', valueInfoFields);

const attributeFields = {
  name: one(1, 'string'),
  f: one(2, 'float'),
  i: one(3, 'int64'),
  s: one(4, 'bytes'),
  t: message(5, () => tensorProto),
  // The annotation breaks the circle attribute -> graph -> node -> attribute for the type checker.
  g: message<GraphProto>(6, (): MessageTable<GraphProto> => graphProto),
  floats: numbers(7, 'float'),
  ints: numbers(8, 'int64'),
  strings: many(9, 'bytes'),
  type: one(20, 'int32'),
  refAttrName: one(21, 'string'),
};
export interface AttributeProto extends MessageOf<typeof attributeFields> {}
export const attributeProto = messageTable('AttributeProto', attributeFields);

const nodeFields = {
  input: many(1, 'string'),
  output: many(2, 'string'),
  name: one(3, 'string'),
  opType: one(4, 'string'),
  attribute: messages(5, () => attributeProto),
  domain: one(7, 'string'),
};
export interface NodeProto extends MessageOf<typeof nodeFields> {}
export const nodeProto = messageTable('NodeProto', nodeFields);

const graphFields = {
  node: messages(1, () => nodeProto),
  name: one(2, 'string'),
  initializer: messages(5, () => tensorProto),
  input: messages(11, () => valueInfoProto),
  output: messages(12, () => valueInfoProto),
  sparseInitializer: many(15, 'bytes'),
};
export interface GraphProto extends MessageOf<typeof graphFields> {}
export const graphProto = messageTable('GraphProto', graphFields, MAX_SUBGRAPH_DEPTH + 1);

const modelFields = {
  irVersion: one(1, 'int64'),
  producerName: one(2, 'string'),
  graph: message(7, () => graphProto),
  opsetImport: messages(8, () => operatorSetIdProto),
  metadataProps: messages(14, () => stringStringEntryProto),
  trainingInfo: many(20, 'bytes'),
  functions: many(25, 'bytes'),
};
export interface ModelProto extends MessageOf<typeof modelFields> {}
export const modelProto = messageTable('ModelProto', modelFields);
