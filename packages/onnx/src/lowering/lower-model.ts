import { GuidedDropoutError } from '@guided-dropout/core';
import { EMITTED_OPSET, type Graph, type Model } from '../graph.js';
import { removeDead } from '../liveness.js';
import type { ValueTypes } from '../value-type.js';
import { defaultLowerings } from './default-lowerings.js';
import { lowerGraph } from './lower-graph.js';
import { typeOfInfo } from './known-type.js';
import type { Lowerings } from './lowering.js';

/** The oldest and newest ai.onnx operator sets that can be lowered. */
export const LOWERABLE_OPSETS = { oldest: 13, newest: 23 } as const;

/** The com.microsoft operators have had one version only. */
const CONTRIB_DOMAIN = 'com.microsoft';

/** Options of {@link lowerModel}. */
export interface LowerModelOptions {
  /** Lowerings of further operators, or others in the place of the built-in ones. */
  readonly lowerings?: Lowerings;
  /** Types of values, by name, where the model does not tell them; `probeTypes` of the runtime package observes them. */
  readonly types?: ValueTypes;
}

/**
 * Rewrites a model as a graph of ai.onnx operators as opset {@link EMITTED_OPSET} defines them: operators of other
 * versions are converted, fused ones (com.microsoft, and Attention, RotaryEmbedding, RMSNormalization, Gelu of newer
 * opsets) decomposed, constants become initializers, and an If with a constant condition becomes its branch.
 *
 * The graph computes the same values. Its inputs, outputs and initializers keep their names; attention probabilities are
 * the output of a Softmax. Operators that need no change, of other domains, and control flow stay as they are.
 *
 * @throws GuidedDropoutError `ONNX_LOWERING` for an operator set that is too old or new, and for nodes that cannot be
 * expressed: quantised ones, and forms of an operator that opset 18 has not.
 */
export function lowerModel(model: Model, options: LowerModelOptions = {}): Graph {
  assertOpsets(model);
  const lowered = lowerGraph(model.graph, {
    lowerings: new Map([...defaultLowerings, ...(options.lowerings ?? [])]),
    opsets: model.opsets,
    types: new Map([...(options.types ?? [])].map(([name, type]) => [name, typeOfInfo({ name, ...type })])),
  });
  return removeDead(lowered, { keepInputs: true });
}

function assertOpsets({ graph, opsets }: Model): void {
  const { oldest, newest } = LOWERABLE_OPSETS;
  const standard = opsets.get('');
  if (standard === undefined || standard < oldest || standard > newest) {
    throw new GuidedDropoutError('ONNX_LOWERING', {
      where: `graph '${graph.name}', opset_import of ai.onnx`,
      expected: `a version from ${oldest} to ${newest}`,
      received: standard === undefined ? 'none' : String(standard),
      fix: `Export the model at opset ${EMITTED_OPSET}, or convert it, e.g. with onnx.version_converter.`,
    });
  }
  const contrib = opsets.get(CONTRIB_DOMAIN) ?? 1;
  if (contrib !== 1) {
    throw new GuidedDropoutError('ONNX_LOWERING', {
      where: `graph '${graph.name}', opset_import of ${CONTRIB_DOMAIN}`,
      expected: 'version 1',
      received: String(contrib),
      fix: 'Export the model with a released version of ONNX Runtime.',
    });
  }
}
