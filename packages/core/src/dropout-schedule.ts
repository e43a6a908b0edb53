/** One dropout rate per site of a model: the portable artifact between scoring and training. */
export interface DropoutSchedule {
  readonly format: 'guided-dropout/schedule';
  readonly version: 1;
  /** How rates follow from scores. */
  readonly shape: string;
  /** The rate of the least informative site, in [0, 1). */
  readonly upper: number;
  /** The rate the most informative site tends to, in [0, upper]. */
  readonly lower: number;
  /** In the model's order. */
  readonly sites: readonly ScheduledSite[];
  /** Where the scores came from; absent when made by hand. */
  readonly provenance?: ScheduleProvenance;
}

export interface ScheduledSite {
  /** Hugging Face module path relative to the base model. */
  readonly name: string;
  /** Probability of zeroing, in [0, 1). */
  readonly rate: number;
  readonly score: number;
}

export interface ScheduleProvenance {
  readonly model: string;
  /** SHA-256 over the base model's tensors (heads excluded), lower-case hex. */
  readonly modelHash: string;
  /** The objective whose gradients were squared, and its reduction over an example's labelled tokens. */
  readonly objective: string;
  readonly corpus: string;
  readonly numExamples: number;
  readonly seed: number;
}
