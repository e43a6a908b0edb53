import { float32, int, tensor, type GraphBuilder, type Node, type Tensor } from '@guided-dropout/onnx';

const FLOAT = 1;
const DOUBLE = 11;

/** Writes, in float64 and under the same output names, what a node computes; shapes as the node's. */
type Decomposition = (builder: GraphBuilder, node: Node) => void;

/**
 * Operators for which ONNX Runtime has no float64 kernel on the CPU, written with others that have one, so that
 * central differences can be taken of them. The gradient rules see the operators themselves.
 */
export const float64Decompositions: ReadonlyMap<string, Decomposition> = new Map<string, Decomposition>([
  ['Acos', inverseByNewton('Cos', 'Sin', 1)],
  ['Acosh', (b, node) => logOfRoot(b, node, 'Sub')],
  ['Asin', inverseByNewton('Sin', 'Cos', -1)],
  ['Asinh', (b, node) => logOfRoot(b, node, 'Add')],
  ['Atan', emitAtan],
  ['Atanh', emitAtanh],
  ['Cosh', (b, node) => exponentials(b, node, 'Add')],
  ['Erf', emitErf],
  ['LayerNormalization', widenStatistics],
  ['Mean', emitMean],
  ['OneHot', emitOneHot],
  ['Sinh', (b, node) => exponentials(b, node, 'Sub')],
  ['Tan', (b, node) => replace(b, node, 'Div', [b.op('Sin', node.inputs), b.op('Cos', node.inputs)])],
]);

function replace(builder: GraphBuilder, node: Node, opType: string, inputs: readonly string[]): void {
  builder.append({ ...node, opType, inputs, attributes: {} });
}

const number = (builder: GraphBuilder, value: number): string => builder.number(value, 'float64');

/** Terms of the series below; enough for 1e-15 where |x| ≤ 4. */
const NUM_TERMS = 90;

/** erf(x) = 2/√π · exp(−x²) · x · Σₙ (2x²)ⁿ/(2n+1)!!, all terms positive (Abramowitz & Stegun 7.1.6), by Horner. */
function emitErf(builder: GraphBuilder, node: Node): void {
  const x = node.inputs[0]!;
  const op = (opType: string, ...inputs: string[]): string => builder.op(opType, inputs);
  const square = op('Mul', x, x);
  let sum = op('Add', op('Mul', square, number(builder, 0)), number(builder, 1));
  for (let n = NUM_TERMS; n >= 1; n--) {
    sum = op('Add', op('Mul', sum, op('Mul', square, number(builder, 2 / (2 * n + 1)))), number(builder, 1));
  }
  const bell = op('Mul', op('Exp', op('Neg', square)), number(builder, 2 / Math.sqrt(Math.PI)));
  replace(builder, node, 'Mul', [op('Mul', bell, x), sum]);
}

/** (eˣ ± e⁻ˣ)/2. */
function exponentials(builder: GraphBuilder, node: Node, opType: 'Add' | 'Sub'): void {
  const up = builder.op('Exp', node.inputs);
  const down = builder.op('Exp', [builder.op('Neg', node.inputs)]);
  replace(builder, node, 'Div', [builder.op(opType, [up, down]), number(builder, 2)]);
}

/** ln(x + √(x² ± 1)). */
function logOfRoot(builder: GraphBuilder, node: Node, opType: 'Add' | 'Sub'): void {
  const x = node.inputs[0]!;
  const root = builder.op('Sqrt', [builder.op(opType, [builder.op('Mul', [x, x]), number(builder, 1)])]);
  replace(builder, node, 'Log', [builder.op('Add', [x, root])]);
}

/** ½ ln((1 + x)/(1 − x)). */
function emitAtanh(builder: GraphBuilder, node: Node): void {
  const x = node.inputs[0]!;
  const ratio = builder.op('Div', [
    builder.op('Add', [number(builder, 1), x]),
    builder.op('Sub', [number(builder, 1), x]),
  ]);
  replace(builder, node, 'Div', [builder.op('Log', [ratio]), number(builder, 2)]);
}

/** What the float32 kernel computes: a start for Newton's method, which doubles the right digits with every step. */
function float32Start(builder: GraphBuilder, node: Node): string {
  const narrow = builder.op('Cast', node.inputs, { to: int(FLOAT) });
  return builder.op('Cast', [builder.op(node.opType, [narrow])], { to: int(DOUBLE) });
}

/** The θ with forward(θ) = x, by two steps of θ + sign·(forward(θ) − x)/slope(θ). */
function inverseByNewton(forward: string, slope: string, sign: 1 | -1): Decomposition {
  return (builder, node) => {
    let angle = float32Start(builder, node);
    for (let step = 0; step < 2; step++) {
      const excess = builder.op('Sub', [builder.op(forward, [angle]), node.inputs[0]!]);
      const change = builder.op('Div', [excess, builder.op(slope, [angle])]);
      angle = builder.op(sign === 1 ? 'Add' : 'Sub', [angle, change]);
    }
    replace(builder, node, 'Identity', [angle]);
  };
}

/** The θ with tan θ = x, by two steps of θ − (sin θ − x·cos θ)·cos θ. */
function emitAtan(builder: GraphBuilder, node: Node): void {
  let angle = float32Start(builder, node);
  for (let step = 0; step < 2; step++) {
    const cos = builder.op('Cos', [angle]);
    const excess = builder.op('Sub', [builder.op('Sin', [angle]), builder.op('Mul', [node.inputs[0]!, cos])]);
    angle = builder.op('Sub', [angle, builder.op('Mul', [excess, cos])]);
  }
  replace(builder, node, 'Identity', [angle]);
}

function emitMean(builder: GraphBuilder, node: Node): void {
  replace(builder, node, 'Div', [builder.op('Sum', node.inputs), number(builder, node.inputs.length)]);
}

/** off + (on − off) · (the float32 kernel's zeros and ones). */
function emitOneHot(builder: GraphBuilder, node: Node): void {
  const [indices, depth, values] = node.inputs as [string, string, string];
  const bits = builder.op('OneHot', [indices, depth, builder.constant(float32([2], [0, 1]))], node.attributes);
  const [off, on] = [0, 1].map((i) => builder.op('Gather', [values, builder.constant(integer(i))]));
  const step = builder.op('Mul', [builder.op('Cast', [bits], { to: int(DOUBLE) }), builder.op('Sub', [on!, off!])]);
  replace(builder, node, 'Add', [off!, step]);
}

function integer(value: number): Tensor {
  return tensor('int64', [], BigInt64Array.of(BigInt(value)));
}

/** The kernel is there, but gives its statistics in float32 whatever the type of x; the graph was written for others. */
function widenStatistics(builder: GraphBuilder, node: Node): void {
  const narrow = node.outputs.map((output, i) => (i === 0 || output === '' ? output : `${output}:narrow`));
  builder.append({ ...node, outputs: narrow });
  node.outputs.forEach((output, i) => {
    if (output === narrow[i]) return;
    const attributes = { to: int(DOUBLE) };
    builder.append({
      name: `${node.name}:widen${i}`,
      opType: 'Cast',
      domain: '',
      inputs: [narrow[i]!],
      outputs: [output],
      attributes,
    });
  });
}
