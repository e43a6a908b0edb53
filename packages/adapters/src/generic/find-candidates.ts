import type { Graph } from '@guided-dropout/onnx';
import type { LocatedSite } from '../located-site.js';
import { GraphIndex, nearestWeights, refuseFusedOperators, withDropoutNodes } from '../shared/index.js';
import { attentionProbabilitiesIn } from './attention-probabilities.js';
import { commonPath, distinct, modulePath } from './names.js';
import { likelyParameters } from './parameters.js';
import { residualBranchesIn } from './residual-branches.js';
import { groupsBetween } from './scoring-groups.js';

/** A place that looks like one of dropout. */
export interface Candidate extends LocatedSite {
  readonly kind: 'attention-probabilities' | 'residual-branch';
  /** The node that computes the value: its operator and name. */
  readonly node: { readonly opType: string; readonly name: string };
}

/**
 * The places of a graph nobody has described that look like those of dropout in a transformer: attention probabilities,
 * and what residual branches add to their stream. In the graph's order, at rate 0, to be looked at: a pattern can miss a
 * place, and can take something else for one. `confirmSites` makes sites of those that are named.
 *
 * A name is the path of the modules in front, with `:attention` or `:residual` behind; it is of this project's making.
 * Scoring groups are the parameters used between the candidate before and this one.
 *
 * @throws GuidedDropoutError `ADAPTER_FUSED` for operators that hide places, `ADAPTER_SITE` for a Dropout in training mode
 * at none of the places.
 */
export function findCandidates(graph: Graph): Candidate[] {
  refuseFusedOperators(graph);
  const index = new GraphIndex(graph);
  const parameters = likelyParameters(index);
  const found = [
    ...attentionProbabilitiesIn(index).map(({ value, scores }) => ({
      value: index.source(value),
      kind: 'attention-probabilities' as const,
      path: pathInFront(index, scores, parameters),
    })),
    ...[...new Set(residualBranchesIn(index, parameters))].map((value) => ({
      value,
      kind: 'residual-branch' as const,
      path: pathInFront(index, value, parameters),
    })),
  ].toSorted((a, b) => positionOf(index, a.value) - positionOf(index, b.value));
  const suffix = { 'attention-probabilities': 'attention', 'residual-branch': 'residual' } as const;
  const names = distinct(found.map(({ kind, path }) => `${path}:${suffix[kind]}`));
  const groups = groupsBetween(
    index,
    found.map(({ value }) => index.producer(value)!),
  );
  const sites = found.map(({ value }, i): LocatedSite => {
    return { name: names[i]!, value, part: 'base', defaultRate: 0, parameters: groups[i]! };
  });
  return withDropoutNodes(index, sites).map((site, i) => {
    const { opType, name } = index.producer(site.value)!;
    return { ...site, kind: found[i]!.kind, node: { opType, name } };
  });
}

/** The common path of the layers in front, by their parameters' names or, where these say nothing, by the node's. */
function pathInFront(index: GraphIndex, value: string, parameters: ReadonlySet<string>): string {
  const modules = nearestWeights(index, value, parameters)
    .filter((name) => name.endsWith('.weight'))
    .map((name) => name.slice(0, -'.weight'.length));
  return commonPath(modules) || modulePath(index.producer(value)!);
}

function positionOf(index: GraphIndex, value: string): number {
  return index.position(index.producer(value)!);
}
