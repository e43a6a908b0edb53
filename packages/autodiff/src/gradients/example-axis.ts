import { int, readInt, type GraphBuilder, type Node, type ValueType } from '@guided-dropout/onnx';

/** Operators that keep the order of elements and change only how they are counted. */
const recounting: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/** Operators whose output row depends on the same row of inputs that have that many rows. */
const rowwise: ReadonlySet<string> = new Set(
  (
    'Abs Add Cast Clip Cos Div Dropout Erf Exp LayerNormalization Log Max Min Mul Neg Pow Reciprocal Relu Sigmoid Sin ' +
    'Sqrt Sub Sum Tanh Where'
  ).split(' '),
);

/** Tells which values of the forward graph keep the examples apart, and how many examples there are. */
export class ExampleAxis {
  readonly #leading = new Map<string, boolean>();
  #count: string | undefined;

  constructor(
    private readonly builder: GraphBuilder,
    private readonly typeOf: (value: string) => ValueType,
    /** The name of the dimension that counts the examples. */
    readonly name: string,
  ) {}

  /**
   * Whether a value's elements lie in the order of the examples, each example's together: its first axis counts the
   * examples, or is an axis of examples × positions that a reshape made of two.
   */
  leads(value: string): boolean {
    const known = this.#leading.get(value);
    if (known !== undefined) return known;
    const [first] = this.typeOf(value).dims;
    const leads = first === this.name || (this.#counts(first) && this.#inheritsOrder(value));
    this.#leading.set(value, leads);
    return leads;
  }

  /** Whether a value has the examples, and nothing else, in its first axis. */
  isFirstAxisOf(value: string): boolean {
    return this.typeOf(value).dims[0] === this.name;
  }

  /** What a dimension counts beside the examples, `length` in `batch*length`. */
  othersIn(dim: number | string): readonly string[] {
    const factors = String(dim).split('*');
    return factors.toSpliced(factors.indexOf(this.name), 1);
  }

  /**
   * Reshapes a value with the leading axes of `like` to [b, …rest].
   *
   * @param rest sizes, of which one may be −1.
   */
  reshape(value: string, like: string, rest: readonly number[]): string {
    const { builder } = this;
    if (this.isFirstAxisOf(like)) return builder.op('Reshape', [value, builder.integers([0, ...rest])]);
    const shape = builder.op('Concat', [this.count(), builder.integers(rest)], { axis: int(0) });
    return builder.op('Reshape', [value, shape]);
  }

  /** The number of examples, int64 [1]. */
  count(): string {
    this.#count ??= this.#emitCount();
    return this.#count;
  }

  #emitCount(): string {
    for (const { name } of this.builder.build().inputs) {
      const axis = this.typeOf(name).dims.indexOf(this.name);
      if (axis >= 0) return this.builder.op('Shape', [name], { start: int(axis), end: int(axis + 1) });
    }
    throw new RangeError(`No input of the graph has a dimension '${this.name}'.`);
  }

  /** Whether a dimension is the examples times something else. */
  #counts(dim: number | string | undefined): boolean {
    return typeof dim === 'string' && dim.split('*').includes(this.name);
  }

  #inheritsOrder(value: string): boolean {
    const node = this.builder.producer(value);
    if (node === undefined || node.domain !== '') return false;
    if (recounting.has(node.opType)) return this.leads(node.inputs[0]!);
    const rows = this.#rowInputs(node);
    const [first] = this.typeOf(value).dims;
    const counted = rows.filter((input) => input !== '' && this.typeOf(input).dims[0] === first);
    return counted.length > 0 && counted.every((input) => this.leads(input));
  }

  /** The inputs of a node whose first axis may be that of its output. */
  #rowInputs(node: Node): readonly string[] {
    if (rowwise.has(node.opType)) return node.inputs;
    if (node.opType === 'MatMul') return node.inputs.slice(0, 1);
    if (node.opType === 'Gemm' && readInt(node, 'transA', 0) === 0) return node.inputs.slice(0, 1);
    if (node.opType === 'Gather' && readInt(node, 'axis', 0) === 0) return node.inputs.slice(1, 2);
    return [];
  }
}
