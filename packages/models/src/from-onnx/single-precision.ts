import {
  defaultLowerings,
  readInt,
  type Attribute,
  type Graph,
  type Lowering,
  type Lowerings,
  type Node,
  type Tensor,
  type ValueInfo,
} from '@guided-dropout/onnx';
import { isHalf, widened } from '../checkpoint/half-precision.js';

/** ONNX's numbers of element types. */
const FLOAT = 1;
const HALVES: readonly number[] = [10, 16];

/** Attributes that name an element type by its number: of Cast and generators, and of what norms compute in. */
const typeAttributes: ReadonlySet<string> = new Set(['to', 'dtype', 'stash_type', 'softmax_precision']);

/** The graph with float32 wherever it has half precision: weights (widened exactly), casts, inputs, outputs. */
export function inSinglePrecision(graph: Graph): Graph {
  return {
    ...graph,
    inputs: graph.inputs.map(singleInfo),
    outputs: graph.outputs.map(singleInfo),
    nodes: graph.nodes.map(singleNode),
    initializers: new Map(Array.from(graph.initializers, ([name, value]) => [name, singleTensor(value)])),
  };
}

function singleTensor(value: Tensor): Tensor {
  return isHalf(value) ? widened(value) : value;
}

function singleInfo(info: ValueInfo): ValueInfo {
  const half = info.dataType === 'float16' || info.dataType === 'bfloat16';
  return half ? { ...info, dataType: 'float32' } : info;
}

function singleNode(node: Node): Node {
  const attributes = Object.entries(node.attributes).map(([key, value]) => [key, singleAttribute(key, value)]);
  return { ...node, attributes: Object.fromEntries(attributes) as Node['attributes'] };
}

function singleAttribute(key: string, attribute: Attribute): Attribute {
  if (attribute.type === 'tensor') return { type: 'tensor', value: singleTensor(attribute.value) };
  if (attribute.type === 'graph') return { type: 'graph', value: inSinglePrecision(attribute.value) };
  const namesHalf = attribute.type === 'int' && typeAttributes.has(key) && HALVES.includes(Number(attribute.value));
  return namesHalf ? { type: 'int', value: FLOAT } : attribute;
}

/** Lowers a Cast as usual, but for those that single precision has made casts of float32 to float32: these go. */
const castWithEffect: Lowering = (context) => {
  const [input = ''] = context.node.inputs;
  const isIdle = readInt(context.node, 'to', 0) === FLOAT && context.type(input).dataType === 'float32';
  return isIdle ? [input] : defaultLowerings.get('Cast')!(context);
};

/** Lowerings that leave out casts without effect, which would stand between a softmax and its product. */
export const withoutIdleCasts: Lowerings = new Map([['Cast', castWithEffect]]);
