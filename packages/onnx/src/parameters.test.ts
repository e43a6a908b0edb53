import { describe, expect, it } from 'vitest';
import { refusal } from '../test/refusal.js';
import { float32, GraphBuilder, initializersToInputs, inputsToInitializers, scalar } from './index.js';

const b = new GraphBuilder('model');
const x = b.input('x', 'float32', ['batch', 2]);
const scaled = b.op('Mul', [x, b.initializer('scale', float32([2], [3, 4]))]);
b.output(b.op('Add', [scaled, b.initializer('bias', scalar(5))]), 'float32', ['batch', 2]);
const graph = b.build();

describe('initializersToInputs', () => {
  it('takes out the named values, and declares them as inputs with their types, in the order of the names', () => {
    const { graph: lifted, values } = initializersToInputs(graph, ['bias', 'scale']);
    expect(lifted.inputs.slice(1)).toEqual([
      { name: 'bias', dataType: 'float32', dims: [] },
      { name: 'scale', dataType: 'float32', dims: [2] },
    ]);
    expect([...values]).toEqual([
      ['bias', scalar(5)],
      ['scale', float32([2], [3, 4])],
    ]);
    expect(lifted.initializers.size).toBe(0);
    expect(graph.initializers.size).toBe(2);
  });

  it('leaves the others', () => {
    const lifted = initializersToInputs(graph, ['scale']).graph;
    expect([...lifted.initializers.keys()]).toEqual(['bias']);
  });

  it.each([['missing'], ['x'], ['']])("refuses '%s', which is no initializer", (name) => {
    const error = refusal(() => initializersToInputs(graph, ['scale', name]));
    expect(error.code).toBe('GRAPH_INITIALIZER');
    expect(error.message).toContain(`'${name}'`);
  });

  it('refuses a name given twice', () => {
    expect(refusal(() => initializersToInputs(graph, ['scale', 'scale'])).code).toBe('GRAPH_INITIALIZER');
  });
});

describe('inputsToInitializers', () => {
  it('undoes initializersToInputs', () => {
    for (const names of [[], ['scale'], ['bias'], ['scale', 'bias']]) {
      const { graph: lifted, values } = initializersToInputs(graph, names);
      const restored = inputsToInitializers(lifted, values);
      expect(restored).toEqual(graph);
    }
  });

  it('puts new values in the place of old ones', () => {
    const changed = inputsToInitializers(graph, new Map([['bias', scalar(9)]]));
    expect(changed.initializers.get('bias')!.data[0]).toBe(9);
    expect(changed.initializers.get('scale')).toBe(graph.initializers.get('scale'));
    expect(changed.inputs).toEqual(graph.inputs);
    expect(graph.initializers.get('bias')!.data[0]).toBe(5);
  });

  it('refuses a name the graph does not have, or computes', () => {
    for (const name of ['missing', scaled]) {
      const error = refusal(() => inputsToInitializers(graph, new Map([[name, scalar(1)]])));
      expect(error.code).toBe('GRAPH_INITIALIZER');
      expect(error.message).toContain(`'${name}'`);
    }
  });
});
