export {
  EMITTED_IR_VERSION,
  EMITTED_OPSET,
  modelOf,
  type Attribute,
  type Dimension,
  type Graph,
  type Model,
  type Node,
  type ValueInfo,
} from './graph.js';
export {
  arrayConstructor,
  elementCount,
  float32,
  int64,
  scalar,
  tensor,
  zeros,
  type DataOf,
  type DataType,
  type Tensor,
} from './tensor.js';
