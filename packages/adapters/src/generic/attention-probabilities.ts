import type { Node } from '@guided-dropout/onnx';
import type { GraphIndex } from '../shared/index.js';

/** The value of a Softmax, or with rows of it replaced, that a product weighs values with. */
export interface Probabilities {
  readonly value: string;
  /** What the Softmax is of. */
  readonly scores: string;
}

/** The softmaxes of a graph that meet a product with something computed: a Softmax over classes meets none. */
export function attentionProbabilitiesIn(index: GraphIndex): Probabilities[] {
  return index.graph.nodes.flatMap((node): Probabilities[] => {
    if (node.opType !== 'Softmax') return [];
    const [value] = node.outputs as [string];
    const replaced = index.readers(value).filter(({ opType }) => opType === 'Where');
    const final = [value, ...replaced.map(({ outputs }) => outputs[0]!)].find((each) => isWeighing(index, each));
    return final === undefined ? [] : [{ value: final, scores: node.inputs[0]! }];
  });
}

function isWeighing(index: GraphIndex, value: string): boolean {
  return index
    .readers(value)
    .some((node) => node.opType === 'MatMul' && isComputed(index, otherInput(index, node, value)));
}

function otherInput(index: GraphIndex, { inputs }: Node, value: string): string {
  return inputs.find((input) => index.source(input) !== index.source(value)) ?? inputs[1]!;
}

/** Whether a value depends on what is fed, through operators that may rearrange a weight, too. */
function isComputed(index: GraphIndex, value: string): boolean {
  const node = index.producerThrough(value, new Set(['Transpose', 'Reshape', 'Unsqueeze', 'Expand']));
  return node !== undefined;
}
