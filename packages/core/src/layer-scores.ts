/** How much of the model's knowledge one dropout site's layer holds. */
export interface SiteScore {
  /** {@link DropoutSite.name}. */
  readonly site: string;
  /** Fisher information of the layer in front of the site, aggregated; non-negative. */
  readonly score: number;
}

/** One score per dropout site, in the model's order. */
export type LayerScores = readonly SiteScore[];
