import { int, type GraphBuilder, type ValueType } from '@guided-dropout/onnx';
import { noExamples } from '../errors.js';
import { inputsInOrder } from './example-order.js';

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
   * examples, alone or times positions (rows of a reshape), and every operator on the way from the graph's inputs has
   * kept their order. What an operator unknown here has computed does not.
   */
  leads(value: string): boolean {
    const known = this.#leading.get(value);
    if (known !== undefined) return known;
    const [first] = this.typeOf(value).dims;
    const leads = this.#counts(first) && this.#isInOrder(value);
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

  /**
   * The number of examples, int64 [1].
   *
   * @throws GuidedDropoutError `AUTODIFF_PER_EXAMPLE` when no input of the graph has the dimension.
   */
  count(): string {
    this.#count ??= this.#emitCount();
    return this.#count;
  }

  #emitCount(): string {
    for (const { name } of this.builder.build().inputs) {
      const axis = this.typeOf(name).dims.indexOf(this.name);
      if (axis >= 0) return this.builder.op('Shape', [name], { start: int(axis), end: int(axis + 1) });
    }
    throw noExamples(this.name);
  }

  /** Whether a dimension is the examples, alone or times something else. */
  #counts(dim: number | string | undefined): boolean {
    return typeof dim === 'string' && dim.split('*').includes(this.name);
  }

  #isInOrder(value: string): boolean {
    const node = this.builder.producer(value);
    // Inputs are believed: a dimension of that name is what says that they hold examples.
    if (node === undefined) return this.isFirstAxisOf(value);
    const inputs = inputsInOrder(node, this.typeOf, (name) => this.builder.initializerOf(name));
    return inputs !== undefined && inputs.every((input) => this.leads(input));
  }
}
