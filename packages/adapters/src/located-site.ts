import type { DropoutSite } from '@guided-dropout/core';

/** A dropout site together with where it is in a graph. */
export interface LocatedSite extends DropoutSite {
  /** The value dropout is applied to; its readers read the noisy value after patching. */
  readonly value: string;
  /**
   * Which part of the model the site belongs to: only sites of the base are scheduled, a head's own keep the rate
   * the model was published with.
   */
  readonly part: 'base' | 'head';
}
