/**
 * One reader's share of the gradient of a value, kept in factors until somebody asks for a particular product of
 * them (the sum, per-example gradients, …). Shapes: b = examples, m, n = matrix sides.
 */
export type Contribution =
  /** The gradient itself, in the value's own shape. */
  | { readonly kind: 'dense'; readonly value: string }
  /** The gradient of the value broadcast to a larger shape; to be summed down to the value's. */
  | { readonly kind: 'broadcast'; readonly value: string; readonly like: string }
  /** Of a matrix [m, n]: Σ leftᵀ·right over all leading axes of left [b, …, m] and right [b, …, n]. */
  | { readonly kind: 'product'; readonly left: string; readonly right: string; readonly leftLike: string }
  /** Of a table [rows, …]: `updates` [b, …] summed into the rows that `indices` [b, …] name. */
  | { readonly kind: 'scatter'; readonly indices: string; readonly updates: string };
