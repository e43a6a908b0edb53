import { removeDead, tensor, type Graph, type Model, type Node, type ValueInfo } from '@guided-dropout/onnx';
import { importError, listed } from './import-error.js';
import { withEmptyPast } from './empty-past.js';

/** `past_key_values.0.key`, `past_0`, `past_key_0`, `pkv_0`: what exporters call keys and values of earlier tokens. */
const pastName = /^(?:past|pkv)(?:[._]|\d|$)/;
/** `present.0.key`, `present_0`, `present_key_values.0.key`: those with this run's tokens. */
const presentName = /^present(?:[._]|\d|$)/;
/** Merged decoders choose by this input between one graph that reads a cache and one that does not. */
const CACHE_SWITCH = 'use_cache_branch';

/** Where fused attention takes past keys and values, which may be left out. */
const pastInputs: Readonly<Record<string, readonly number[]>> = {
  'com.microsoft.Attention': [4],
  'com.microsoft.MultiHeadAttention': [6, 7],
  'com.microsoft.GroupQueryAttention': [3, 4],
  Attention: [4, 5],
};

/** Whether a graph reads the keys and values of earlier tokens. */
export function hasCache(graph: Graph): boolean {
  return graph.inputs.some(isPast);
}

/**
 * A model as exported, without what has to be known of a cache before it is lowered: merged decoders take their branch
 * without cache, and fused attention gets no past.
 */
export function withoutFusedCache({ graph, ...model }: Model): Model {
  const switches = graph.inputs.filter(({ name, dataType }) => name === CACHE_SWITCH && dataType === 'bool');
  const off = switches.map(({ name }) => [name, tensor('bool', [1], Uint8Array.of(0))] as const);
  const past = new Set(graph.inputs.filter(isPast).map(({ name }) => name));
  return {
    ...model,
    graph: {
      ...graph,
      inputs: graph.inputs.filter((input) => !switches.includes(input)),
      initializers: new Map([...graph.initializers, ...off]),
      nodes: graph.nodes.map((node) => withoutPast(node, past)),
    },
  };
}

/**
 * The lowered graph without cache: it computes what it did for an empty one. Inputs of past keys and values are gone,
 * and the Concats that put them before this run's; outputs of present ones are gone, too.
 *
 * @throws GuidedDropoutError `IMPORT_CACHE` where the past does more: a decoder that reads its encoder only through the
 * cache, a past of fixed length, or operators that hide how it is used.
 */
export function withoutCache(graph: Graph, where: string): Graph {
  const outputs = graph.outputs.filter(({ name }) => !presentName.test(name));
  if (outputs.length === 0) {
    const received = `only ${listed(graph.outputs.map(({ name }) => name))}`;
    throw importError('IMPORT_OUTPUTS', where, 'an output beside the cache', received, 'Export the model with logits.');
  }
  const used = removeDead({ ...graph, outputs }, { keepInputs: true });
  const alive = new Set(removeDead(used).inputs);
  const past = used.inputs.filter(isPast);
  const inputs = used.inputs.filter((input) => !past.includes(input) || alive.has(input));
  const live = past.filter((input) => alive.has(input));
  return live.length === 0
    ? { ...used, inputs }
    : removeDead(withEmptyPast({ ...used, inputs }, live, where), { keepInputs: true });
}

function isPast({ name, dataType }: ValueInfo): boolean {
  return pastName.test(name) && (dataType?.startsWith('float') ?? false);
}

function withoutPast(node: Node, past: ReadonlySet<string>): Node {
  const indices = pastInputs[node.domain === '' ? node.opType : `${node.domain}.${node.opType}`] ?? [];
  if (!indices.some((index) => past.has(node.inputs[index] ?? ''))) return node;
  return {
    ...node,
    inputs: node.inputs.map((input, index) => (indices.includes(index) && past.has(input) ? '' : input)),
  };
}
