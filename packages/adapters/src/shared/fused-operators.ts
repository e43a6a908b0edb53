import { GuidedDropoutError } from '@guided-dropout/core';
import { defaultLowerings, loweringKey, type Graph } from '@guided-dropout/onnx';

/** Operators that compute across a place of dropout, by their names in whatever domain. */
const HIDES_SITES = /Attention|^Skip.*Norm|^Q?EmbedLayerNorm|^Bias(Dropout|Softmax|Add)$/;

/**
 * Refuses a graph in which an operator computes attention, or a sum and its normalisation, in one: the value that dropout
 * acts on does not appear in it.
 *
 * @throws GuidedDropoutError `ADAPTER_FUSED` naming every such operator, and how to do without.
 */
export function refuseFusedOperators(graph: Graph): void {
  const fused = graph.nodes.filter(({ opType }) => HIDES_SITES.test(opType));
  if (fused.length === 0) return;
  const examples = new Map(fused.toReversed().map((node) => [loweringKey(node), node.name || node.outputs[0]!]));
  const count = (key: string): number => fused.filter((node) => loweringKey(node) === key).length;
  const remedies = [
    ...(fused.some((node) => defaultLowerings.has(loweringKey(node)))
      ? ["Take it apart with lowerModel of '@guided-dropout/onnx' first."]
      : []),
    'Or export again without fusion: attn_implementation="eager" in transformers, no --optimize in Optimum, and no ' +
      'graph that ONNX Runtime optimised and saved.',
  ];
  throw new GuidedDropoutError('ADAPTER_FUSED', {
    where: `graph '${graph.name}'`,
    expected: 'operators that leave the places of dropout visible',
    received: [...examples].map(([key, name]) => `${count(key)} ${key} ('${name}')`).join(', '),
    fix: remedies.join(' ').replace(/^Or export/, 'Export'),
  });
}
