import { GraphBuilder, type Graph } from '@guided-dropout/onnx';
import { emitTokenPositions } from '../architectures/shared/token-positions.js';

/**
 * The graph that counts positions itself, 0, 1, … in every row, where an input `position_ids` told them. Generation
 * feeds that input because a cache shifts positions; without one they are what `transformers` takes when given none.
 */
export function withOwnPositions(graph: Graph): Graph {
  const position = graph.inputs.find(({ name, dims }) => name === 'position_ids' && dims?.length === 2);
  const ids = graph.inputs.find(({ name }) => name === 'input_ids')?.name;
  if (position === undefined || ids === undefined) return graph;
  const builder = new GraphBuilder(graph.name);
  for (const info of graph.inputs) if (info !== position) builder.declare(info);
  for (const [name, value] of graph.initializers) builder.initializer(name, value);
  builder.scope('position_ids', () => {
    const inputs = [emitTokenPositions(builder, ids), builder.op('Shape', [ids])];
    const name = 'position_ids/Expand';
    builder.append({ name, opType: 'Expand', domain: '', inputs, outputs: ['position_ids'], attributes: {} });
  });
  for (const node of graph.nodes) builder.append(node);
  for (const info of graph.outputs) builder.declareOutput(info);
  return builder.build();
}
