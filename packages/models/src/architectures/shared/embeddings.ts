import type { GraphBuilder } from '@guided-dropout/onnx';
import type { WeightSource } from '../../checkpoint/weight-source.js';
import { emitLayerNorm } from './layer-norm.js';
import { emitTokenPositions } from './token-positions.js';

/** The tables of an embedding layer, all `size` wide. */
export interface EmbeddingTables {
  /** Path of the module, e.g. `bert.embeddings`. */
  readonly module: string;
  readonly size: number;
  readonly vocabSize: number;
  readonly maxPositions: number;
  /** Rows of the table of token types; 0 where there is none. */
  readonly typeVocabSize: number;
  readonly layerNormEpsilon: number;
}

/** What is looked up, `[batch, length]` each. */
export interface EmbeddingIds {
  readonly tokens: string;
  readonly positions: string;
  /** Left out where there is no table of them. */
  readonly types?: string;
}

/** Normalised sum of the embeddings of tokens, token types and positions: `[batch, length, size]`. */
export function emitEmbeddings(weights: WeightSource, tables: EmbeddingTables, ids: EmbeddingIds): string {
  const { builder } = weights;
  const { module, size } = tables;
  const lookUp = (name: string, rows: number, indices: string): string =>
    builder.op('Gather', [weights.weight(`${module}.${name}.weight`, [rows, size], 'normal'), indices]);
  let sum = lookUp('word_embeddings', tables.vocabSize, ids.tokens);
  if (ids.types !== undefined) {
    sum = builder.op('Add', [sum, lookUp('token_type_embeddings', tables.typeVocabSize, ids.types)]);
  }
  sum = builder.op('Add', [sum, lookUp('position_embeddings', tables.maxPositions, ids.positions)]);
  return emitLayerNorm(weights, sum, `${module}.LayerNorm`, size, tables.layerNormEpsilon);
}

/**
 * 0, 1, … for every row of `ids` `[batch, length]`. Each example has a row of its own, though all are alike: gradients
 * then stay apart by example.
 */
export function emitPositionIds(builder: GraphBuilder, ids: string): string {
  return builder.op('Expand', [emitTokenPositions(builder, ids), builder.op('Shape', [ids])]);
}
