import { elementCount, int } from '@guided-dropout/onnx';
import type { Contribution } from '../contribution.js';
import { reduceSum, asInt64 } from '../emit.js';
import type { GradientTarget } from './target.js';

/**
 * The contributions to a parameter's gradient with the examples apart in the first axis, those of a kind joined into one.
 * The gradient of example b is productₗᵀ·productᵣ + scatter + dense, as far as there is such.
 */
export interface ExampleFactors {
  /** Of a matrix [m, n]: left [b, rows, m] and right [b, rows, n]. */
  readonly product?: ProductFactors;
  /** Of a table: ids [b, updates] in [0, rows of the table), updates [b, updates, size of a row]. */
  readonly scatter?: ScatterFactors;
  /** [b, …shape of the parameter]. */
  readonly dense?: string;
}

export interface ProductFactors {
  readonly left: string;
  readonly right: string;
  /** For every use of the parameter, the sizes of the axes that make its rows. */
  readonly rows: readonly (readonly (number | string)[])[];
}

export interface ScatterFactors {
  readonly ids: string;
  readonly updates: string;
}

/**
 * Sorts contributions by kind.
 *
 * @returns undefined when one of them does not keep the examples apart.
 */
export function exampleFactors(
  target: GradientTarget,
  contributions: readonly Contribution[],
): ExampleFactors | undefined {
  const products: ProductFactors[] = [];
  const scatters: ScatterFactors[] = [];
  const dense: string[] = [];
  for (const contribution of contributions) {
    switch (contribution.kind) {
      case 'dense':
      case 'broadcast': {
        const value =
          contribution.kind === 'dense'
            ? contribution.byExample?.()
            : broadcastByExample(target, contribution.value, contribution.like);
        if (value === undefined) return undefined;
        dense.push(value);
        break;
      }
      case 'product': {
        if (!target.examples.leads(contribution.like)) return undefined;
        products.push(productByExample(target, contribution));
        break;
      }
      case 'elements':
        return undefined;
      case 'scatter': {
        const factors = scatterByExample(target, contribution);
        if (factors === undefined) return undefined;
        scatters.push(factors);
      }
    }
  }
  const { builder } = target;
  const join = (values: readonly string[]): string =>
    values.length === 1 ? values[0]! : builder.op('Concat', values, { axis: int(1) });
  return {
    ...(products.length > 0 && {
      product: {
        left: join(products.map(({ left }) => left)),
        right: join(products.map(({ right }) => right)),
        rows: products.flatMap(({ rows }) => rows),
      },
    }),
    ...(scatters.length > 0 && {
      scatter: { ids: join(scatters.map(({ ids }) => ids)), updates: join(scatters.map(({ updates }) => updates)) },
    }),
    ...(dense.length > 0 && { dense: dense.reduce((sum, value) => builder.op('Add', [sum, value])) }),
  };
}

/** One matrix of rows per example, [b, rows, columns]; a [b, columns] factor is one row each. */
function productByExample(
  { examples, type, typeOf }: GradientTarget,
  { left, right, like }: Extract<Contribution, { kind: 'product' }>,
): ProductFactors {
  const [m, n] = type.dims.map(Number) as [number, number];
  const [first, ...others] = typeOf(like).dims;
  const inShape = examples.isFirstAxisOf(like) && others.length === 2;
  const rowsOf = (value: string, columns: number): string =>
    inShape ? value : examples.reshape(value, like, [-1, columns]);
  return {
    left: rowsOf(left, m),
    right: rowsOf(right, n),
    rows: [[...examples.othersIn(first!), ...others.slice(0, -1)]],
  };
}

/** Sums the gradient of a broadcast value over everything but the examples: [b, …shape of the target]. */
function broadcastByExample(target: GradientTarget, value: string, like: string): string | undefined {
  const { builder, examples, type } = target;
  if (!examples.leads(like)) return undefined;
  const { dims, rows } = exampleRows(target, value, like);
  const extra = dims.length - type.dims.length;
  // The examples need an axis of their own: one that the target lacks, or has with size 1.
  if (extra < 1 && type.dims[0] !== 1) return undefined;
  const aligned = dims.map((dim, axis) => ({ axis, dim, own: axis < extra ? undefined : type.dims[axis - extra] }));
  const inner = aligned.filter(({ axis }) => axis > 0);
  if (inner.some(({ dim, own }) => own !== undefined && own !== 1 && own !== dim)) return undefined;
  const stretched = inner.filter(({ dim, own }) => own === 1 && dim !== 1).map(({ axis }) => axis);
  const added = inner.filter(({ own }) => own === undefined).map(({ axis }) => axis);
  const sum = reduceSum(builder, reduceSum(builder, rows, stretched, true), added);
  return extra < 1 ? builder.op('Unsqueeze', [sum, builder.integers([1])]) : sum;
}

/** A value with the examples in a first axis of their own. */
function exampleRows(
  { builder, examples, typeOf }: GradientTarget,
  value: string,
  like: string,
): { readonly rows: string; readonly dims: readonly (number | string)[] } {
  const { dims } = typeOf(like);
  if (examples.isFirstAxisOf(like)) return { rows: value, dims };
  const others = builder.op('Shape', [like], { start: int(1) });
  const shape = builder.op('Concat', [examples.count(), builder.integers([-1]), others], { axis: int(0) });
  return { rows: builder.op('Reshape', [value, shape]), dims: [examples.name, '?', ...dims.slice(1)] };
}

/**
 * The ids and updates of a lookup, an example each; ids counted from the end are counted from the front.
 *
 * @returns undefined when the examples cannot be told apart, or the size of the table is not known.
 */
function scatterByExample(
  { builder, examples, type, typeOf }: GradientTarget,
  { indices, updates, byExample }: Extract<Contribution, { kind: 'scatter' }>,
): ScatterFactors | undefined {
  const [numRows, ...row] = type.dims.map(Number);
  if (Number.isNaN(numRows) || row.some(Number.isNaN)) return undefined;
  const size = elementCount(row);
  const wide = asInt64(builder, indices, typeOf(indices).dataType);
  const fromFront = (ids: string): string => {
    const wrapped = builder.op('Add', [ids, builder.integers([numRows!])]);
    return builder.op('Where', [builder.op('Less', [ids, builder.integers([0])]), wrapped, ids]);
  };
  if (examples.leads(indices)) {
    return {
      ids: fromFront(examples.reshape(wide, indices, [-1])),
      updates: examples.reshape(updates, indices, [-1, size]),
    };
  }
  const shared = byExample?.();
  if (shared === undefined) return undefined;
  const shape = builder.op('Concat', [examples.count(), builder.integers([1])], { axis: int(0) });
  return {
    ids: fromFront(builder.op('Expand', [builder.op('Reshape', [wide, builder.integers([1, -1])]), shape])),
    updates: builder.op('Reshape', [shared, builder.integers([0, -1, size])]),
  };
}
