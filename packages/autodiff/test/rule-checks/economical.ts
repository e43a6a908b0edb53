import { GraphBuilder, int, removeDead, zeros, type Graph } from '@guided-dropout/onnx';
import { probeTypes } from '@guided-dropout/runtime';
import { differentiate } from '../../src/index.js';
import type { EconomicalCase } from '../rule-cases/economical.js';
import type { Attempt } from '../rule-checks.js';

/** Counts the nodes of a gradient. */
export async function prepareEconomical({ emit, atMost }: EconomicalCase): Promise<Attempt> {
  const builder = new GraphBuilder('economical');
  const parameters: string[] = [];
  const value = emit(builder, (...dims) => {
    parameters.push(builder.initializer(`parameter${parameters.length}`, zeros('float32', dims)));
    return parameters.at(-1)!;
  });
  const bent = builder.op('Exp', [value]);
  const loss = builder.op('ReduceSum', [bent], { keepdims: int(0) });
  const graph = builder.build();
  const types = await probeTypes({ ...graph, outputs: [{ name: loss }] });
  const count = ({ nodes }: Graph, opType: string): number => nodes.filter((node) => node.opType === opType).length;
  return async (rules) => {
    const b = GraphBuilder.from(graph);
    const gradients = differentiate(b, { loss, parameters, types, ...(rules && { rules }) });
    for (const [i, parameter] of parameters.entries())
      b.output(gradients.summed(parameter), 'float32', undefined, `${i}`);
    const all = removeDead(b.build());
    for (const [opType, most] of Object.entries(atMost)) {
      const forward = graph.nodes.filter((node) => all.nodes.some(({ name }) => name === node.name));
      const added = count(all, opType) - count({ ...graph, nodes: forward }, opType);
      if (added > most) return `${added} × ${opType}`;
    }
    return undefined;
  };
}
