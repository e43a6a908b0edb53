import { describe, expect, it } from 'vitest';
import { GraphBuilder, removeDead, scalar, valuesReadBy, zeros, type Graph, type Node } from './index.js';

const node = (opType: string, inputs: string[], outputs: string[], attributes: Node['attributes'] = {}): Node => ({
  name: outputs[0] ?? opType,
  opType,
  domain: '',
  inputs,
  outputs,
  attributes,
});

const subgraph = (nodes: Node[], outputs: string[], inputs: string[] = []): Graph => ({
  name: 'body',
  inputs: inputs.map((name) => ({ name })),
  outputs: outputs.map((name) => ({ name })),
  nodes,
  initializers: new Map([['own', scalar(1)]]),
});

const branch = (graph: Graph): Node['attributes'] => ({ then_branch: { type: 'graph', value: graph } });

describe('valuesReadBy', () => {
  it('leaves out inputs that were left out', () => {
    expect(valuesReadBy(node('Clip', ['x', '', 'max'], ['y']))).toEqual(['x', 'max']);
  });

  it('counts what subgraphs read from outside, at any depth, and nothing of their own', () => {
    const inner = subgraph([node('Add', ['deep', 'own'], ['i1']), node('Add', ['i1', 'middle'], ['i2'])], ['i2']);
    const outer = subgraph(
      [node('Exp', ['argument'], ['middle']), node('If', ['flag'], ['o'], branch(inner))],
      ['o', 'straight'],
      ['argument'],
    );
    expect(valuesReadBy(node('If', ['condition'], ['y'], branch(outer)))).toEqual([
      'condition',
      'flag',
      'deep',
      'straight',
    ]);
  });

  it('counts a value of a subgraph that is read before it is defined as the outer one of that name', () => {
    const body = subgraph([node('Exp', ['v'], ['w']), node('Exp', ['w'], ['v'])], ['v']);
    expect(valuesReadBy(node('If', [], ['y'], branch(body)))).toEqual(['v']);
  });
});

describe('removeDead', () => {
  const b = new GraphBuilder('graph');
  const x = b.input('x', 'float32', [2]);
  b.input('unused', 'float32', [2]);
  const weight = b.initializer('weight', zeros('float32', [2]));
  b.initializer('dead weight', zeros('float32', [2]));
  const live = b.op('Add', [x, weight]);
  b.op('Exp', [b.op('Mul', [live, 'dead weight'])]);
  const [split] = b.ops('Split', [live], 2);
  b.output(split!, 'float32', [1]);
  const graph = b.build();

  it('keeps what an output needs, in order, and nodes of which one output is needed', () => {
    const cleaned = removeDead(graph);
    expect(cleaned.nodes.map((one) => one.opType)).toEqual(['Add', 'Split']);
    expect([...cleaned.initializers.keys()]).toEqual(['weight']);
    expect(cleaned.inputs.map((input) => input.name)).toEqual(['x']);
    expect(cleaned.outputs).toEqual(graph.outputs);
    expect(cleaned.nodes[1]!.outputs).toHaveLength(2);
  });

  it('keeps all inputs when asked to, and still no dead node or weight', () => {
    const cleaned = removeDead(graph, { keepInputs: true });
    expect(cleaned.inputs.map((input) => input.name)).toEqual(['x', 'unused']);
    expect([...cleaned.initializers.keys()]).toEqual(['weight']);
    expect(cleaned.nodes).toHaveLength(2);
  });

  it('keeps what only a subgraph reads: inputs, weights and computed values', () => {
    const body = subgraph([node('Add', ['computed', 'weight'], ['sum']), node('Add', ['sum', 'x'], ['z'])], ['z']);
    const builder = GraphBuilder.from({ ...graph, outputs: [] });
    builder.append(node('Exp', ['unused'], ['computed']));
    builder.append(node('Exp', ['unused'], ['not computed']));
    builder.input('condition', 'bool', []);
    builder.append(node('If', ['condition'], ['chosen'], branch(body)));
    builder.output('chosen', 'float32');
    const cleaned = removeDead(builder.build());
    expect(cleaned.nodes.map((one) => one.outputs[0])).toEqual(['computed', 'chosen']);
    expect(cleaned.inputs.map((input) => input.name)).toEqual(['x', 'unused', 'condition']);
    expect([...cleaned.initializers.keys()]).toEqual(['weight']);
  });

  it('keeps a weight or an input that is itself an output', () => {
    const cleaned = removeDead({ ...graph, outputs: [{ name: 'weight' }, { name: 'unused' }] });
    expect(cleaned).toMatchObject({ nodes: [], inputs: [{ name: 'unused' }] });
    expect([...cleaned.initializers.keys()]).toEqual(['weight']);
  });

  it('does not keep nodes for an output they left out', () => {
    const builder = GraphBuilder.from(graph);
    builder.append(node('Dropout', ['x'], ['', '']));
    expect(removeDead(builder.build()).nodes.map((one) => one.opType)).toEqual(['Add', 'Split']);
  });

  it('changes nothing the second time', () => {
    expect(removeDead(removeDead(graph))).toEqual(removeDead(graph));
  });
});
