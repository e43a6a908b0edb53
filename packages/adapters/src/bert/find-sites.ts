import { GuidedDropoutError } from '@guided-dropout/core';
import type { Graph, Node } from '@guided-dropout/onnx';
import { GraphIndex } from '../graph-index.js';
import type { LocatedSite } from '../located-site.js';

/** The rates a BERT was published with, from its config.json. */
export interface BertRates {
  /** `hidden_dropout_prob` in [0, 1): embeddings, attention output, feed-forward output. */
  readonly hidden: number;
  /** `attention_probs_dropout_prob` in [0, 1). */
  readonly attention: number;
  /** `classifier_dropout`, else `hidden_dropout_prob`, in [0, 1). */
  readonly classifier: number;
}

/**
 * The dropout sites of a BERT in the model's order: `embeddings.dropout`, then per layer `attention.self.dropout`,
 * `attention.output.dropout` and `output.dropout`: 1 + 3L, 37 for BERT-base; last, where the graph has a sequence
 * classifier, its own `dropout` (part `head`).
 *
 * Sites are found by what the graph computes around the named parameters, never by node names. Scoring groups are
 * those of Sharma et al. (2024): embeddings 5 tensors, self-attention 6, the two outputs 4 each.
 *
 * @throws GuidedDropoutError `ADAPTER_NO_MATCH` naming the site and what was looked for.
 */
export function findBertSites(graph: Graph, rates: BertRates): LocatedSite[] {
  const index = new GraphIndex(graph);
  const names = new Set([...graph.initializers.keys(), ...graph.inputs.map((input) => input.name)]);
  const prefix = basePrefix(graph, names);
  const finder = new BertFinder(index, names, prefix, rates);
  const sites = [finder.embeddings()];
  for (let layer = 0; layer < numLayers(graph, names, prefix); layer++) sites.push(...finder.layer(layer));
  if (names.has('classifier.weight')) sites.push(finder.classifier());
  return sites;
}

class BertFinder {
  constructor(
    readonly index: GraphIndex,
    readonly names: ReadonlySet<string>,
    readonly prefix: string,
    readonly rates: BertRates,
  ) {}

  embeddings(): LocatedSite {
    const name = 'embeddings.dropout';
    const tables = ['word_embeddings', 'position_embeddings', 'token_type_embeddings'];
    const parameters = [...tables.map((table) => `embeddings.${table}.weight`), ...norm('embeddings')];
    const normalisation = this.#normalisation(name, 'embeddings.LayerNorm.weight');
    return this.#site(name, normalisation.outputs[0]!, this.rates.hidden, parameters);
  }

  layer(layer: number): LocatedSite[] {
    const module = `encoder.layer.${layer}`;
    const output = this.#dense(`${module}.attention.output.dropout`, `${module}.attention.output.dense`);
    const parts = ['query', 'key', 'value'].flatMap((part) => linear(`${module}.attention.self.${part}`));
    return [
      this.#site(
        `${module}.attention.self.dropout`,
        this.#probabilities(`${module}.attention.self.dropout`, output.product),
        this.rates.attention,
        parts,
      ),
      this.#residual(`${module}.attention.output`, output),
      this.#residual(`${module}.output`, this.#dense(`${module}.output.dropout`, `${module}.output.dense`)),
    ];
  }

  classifier(): LocatedSite {
    const name = 'dropout';
    const value = this.#product(name, 'classifier.weight').inputs[0]!;
    return { name, value, part: 'head', defaultRate: this.rates.classifier, parameters: [] };
  }

  /** Attention weights: the softmax whose product with the values the output projection reads. */
  #probabilities(site: string, projection: Node): string {
    const context = this.index.producerThrough(projection.inputs[0], ['Reshape', 'Transpose']);
    const softmax = context?.opType === 'MatMul' ? this.index.producer(context.inputs[0]) : undefined;
    if (softmax?.opType === 'Softmax') return softmax.outputs[0]!;
    throw noMatch(site, 'Softmax → MatMul in front of the output projection', found(softmax ?? context));
  }

  /** A dense layer's output that is added to the residual stream and normalised. */
  #residual(module: string, dense: { readonly result: string }): LocatedSite {
    const site = `${module}.dropout`;
    const normalisation = this.#normalisation(site, `${module}.LayerNorm.weight`);
    const sum = this.index.producer(normalisation.inputs[0]);
    if (sum?.opType !== 'Add' || !sum.inputs.includes(dense.result)) {
      throw noMatch(site, 'dense → Add (residual) → LayerNormalization', found(sum));
    }
    return this.#site(site, dense.result, this.rates.hidden, [...linear(`${module}.dense`), ...norm(module)]);
  }

  /** x·Wᵀ + b: the product, and the value with the bias added. */
  #dense(site: string, layer: string): { readonly product: Node; readonly result: string } {
    const product = this.#product(site, `${this.prefix}${layer}.weight`);
    const sum = this.index.readerOf(product.outputs[0]!, 'Add');
    if (sum === undefined || !sum.inputs.includes(`${this.prefix}${layer}.bias`)) {
      throw noMatch(site, `MatMul → Add with '${this.prefix}${layer}.bias'`, found(sum));
    }
    return { product, result: sum.outputs[0]! };
  }

  #product(site: string, weight: string): Node {
    const product = this.index.readerOf(weight, 'MatMul', ['Transpose']);
    if (product !== undefined) return product;
    throw noMatch(site, `one MatMul with the weight '${weight}'`, this.#readersOf(weight));
  }

  #normalisation(site: string, scale: string): Node {
    const node = this.index.readerOf(`${this.prefix}${scale}`, 'LayerNormalization');
    if (node !== undefined) return node;
    throw noMatch(
      site,
      `one LayerNormalization with the scale '${this.prefix}${scale}'`,
      this.#readersOf(`${this.prefix}${scale}`),
    );
  }

  #readersOf(parameter: string): string {
    const readers = this.index.readers(parameter);
    return readers.length === 0 ? 'no reader of it' : readers.map((node) => found(node)).join(', ');
  }

  #site(name: string, value: string, defaultRate: number, relative: readonly string[]): LocatedSite {
    const parameters = relative.map((parameter) => `${this.prefix}${parameter}`);
    const missing = parameters.find((parameter) => !this.names.has(parameter));
    if (missing !== undefined) throw noMatch(name, `the parameter '${missing}'`, 'none of that name');
    return { name, value, part: 'base', defaultRate, parameters };
  }
}

function linear(module: string): string[] {
  return [`${module}.weight`, `${module}.bias`];
}

function norm(module: string): string[] {
  return linear(`${module}.LayerNorm`);
}

function basePrefix(graph: Graph, names: ReadonlySet<string>): string {
  const anchor = 'embeddings.word_embeddings.weight';
  const full = [...names].find((name) => name === anchor || name.endsWith(`.${anchor}`));
  if (full !== undefined) return full.slice(0, -anchor.length);
  throw noMatch(`graph '${graph.name}'`, `a parameter named '…${anchor}'`, `${names.size} names without it`);
}

function numLayers(graph: Graph, names: ReadonlySet<string>, prefix: string): number {
  const layers = new Set<number>();
  for (const name of names) {
    const layer = name.startsWith(`${prefix}encoder.layer.`) ? /^(\d+)\./.exec(name.slice(prefix.length + 14)) : null;
    if (layer) layers.add(Number(layer[1]));
  }
  for (let layer = 0; layer < layers.size; layer++) {
    if (!layers.has(layer))
      throw noMatch(`graph '${graph.name}'`, `layers 0 to ${layers.size - 1}`, `no layer ${layer}`);
  }
  if (layers.size === 0) throw noMatch(`graph '${graph.name}'`, `parameters '${prefix}encoder.layer.N…'`, 'none');
  return layers.size;
}

function found(node: Node | undefined): string {
  return node === undefined ? 'nothing of that kind' : `${node.opType} ('${node.name}')`;
}

function noMatch(where: string, expected: string, received: string): GuidedDropoutError {
  return new GuidedDropoutError('ADAPTER_NO_MATCH', {
    where: `BERT adapter, ${where}`,
    expected,
    received,
    fix: 'Pass the graph of a BERT whose parameters carry their Hugging Face names, as the models package builds it.',
  });
}
