import { linearLayer } from './linear.js';
import type { SiteCollector } from './site-collector.js';
import { soleInput } from './sole-input.js';

/** The site of a head of one linear layer, where the graph has it: `dropout`, what the layer reads. */
export function addClassifierSite(sites: SiteCollector, rate: number): void {
  const { withHead } = sites.model;
  if (withHead.has('classifier')) {
    sites.head('dropout', rate, () => soleInput(withHead, linearLayer(withHead, 'classifier')));
  }
}

/**
 * The sites of a head that applies its one dropout in front of both of its linear layers, `dense` and `out_proj`, where
 * the graph has it: `<head>.dropout@0` and `@1`.
 */
export function addTwoLayerHeadSites(sites: SiteCollector, head: string, rate: number): void {
  const { withHead } = sites.model;
  if (!withHead.has(head)) return;
  [`${head}.dense`, `${head}.out_proj`].forEach((layer, application) => {
    sites.head(applied(`${head}.dropout`, application), rate, () => soleInput(withHead, linearLayer(withHead, layer)));
  });
}

/** The name of one application of a module that is applied several times, counted from 0 in the order of use. */
export function applied(module: string, application: number): string {
  return `${module}@${application}`;
}
