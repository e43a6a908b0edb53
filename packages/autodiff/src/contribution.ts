/**
 * One reader's share of the gradient of a value, kept in factors until somebody asks for a particular product of
 * them (the sum, per-example gradients, …). Shapes: b = examples, m, n = matrix sides. `like` names the value of the
 * forward graph that says the shape of the factors.
 */
export type Contribution =
  /**
   * The gradient itself, in the value's own shape. Where the value is one that all examples share, `byExample` writes the
   * gradient of each, [b, …shape of the value]; undefined where that is not known.
   */
  | { readonly kind: 'dense'; readonly value: string; readonly byExample?: () => string | undefined }
  /** The gradient of the value broadcast to the shape of `like`; to be summed down to the value's. */
  | { readonly kind: 'broadcast'; readonly value: string; readonly like: string }
  /**
   * Of a matrix [m, n]: Σ leftᵀ·right over all leading axes of left [b, …, m] and right [b, …, n]; `like` has those
   * leading axes and a last one.
   */
  | { readonly kind: 'product'; readonly left: string; readonly right: string; readonly like: string }
  /**
   * Of a table [rows, …]: `updates` [b, …] summed into the rows that `indices` [b, …] name. Where all examples share the
   * indices, `byExample` writes the updates of each, [b, …shape of updates], as above.
   */
  | {
      readonly kind: 'scatter';
      readonly indices: string;
      readonly updates: string;
      readonly byExample?: () => string | undefined;
    }
  /** Zeros but for the elements along an axis that `indices` name, to which `updates` of the same shape are added. */
  | { readonly kind: 'elements'; readonly indices: string; readonly updates: string; readonly axis: number };
