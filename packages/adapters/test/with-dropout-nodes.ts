import { GraphBuilder, scalar, type Graph, type Tensor } from '@guided-dropout/onnx';
import type { LocatedSite } from '../src/index.js';

/**
 * The graph as an exporter writes it in training mode: a Dropout node at every site, with a constant ratio and the site's
 * module in its name.
 */
export function withDropoutNodes(graph: Graph, sites: readonly LocatedSite[], isTraining = true): Graph {
  const builder = new GraphBuilder(graph.name);
  for (const input of graph.inputs) builder.declare(input);
  for (const [name, value] of graph.initializers) builder.initializer(name, value);
  const training: Tensor = { dataType: 'bool', dims: [], data: Uint8Array.of(Number(isTraining)) };
  const dropped = new Map<string, string>();
  for (const node of graph.nodes) {
    builder.append({ ...node, inputs: node.inputs.map((value) => dropped.get(value) ?? value) });
    for (const site of sites.filter(({ value }) => node.outputs.includes(value))) {
      const output = `${site.name}:dropped`;
      builder.append({
        name: `/${site.name.replaceAll('.', '/')}/Dropout`,
        opType: 'Dropout',
        domain: '',
        inputs: [site.value, builder.constant(scalar(site.defaultRate)), builder.constant(training)],
        outputs: [output],
        attributes: {},
      });
      dropped.set(site.value, output);
    }
  }
  for (const output of graph.outputs) builder.declareOutput(output);
  return builder.build();
}
