/** A place in a model where dropout is applied in training. */
export interface DropoutSite {
  /** Hugging Face module path relative to the base model, e.g. `encoder.layer.3.attention.self.dropout`. */
  readonly name: string;
  /** The rate the model was published with, a probability of zeroing in [0, 1). */
  readonly defaultRate: number;
  /** Full names of the parameter tensors of the layer in front of the site, in the order of use; they score it. */
  readonly parameters: readonly string[];
}
