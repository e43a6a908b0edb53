import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { int64 } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { buildModel, initialiseModel, loadCheckpoint } from '../src/index.js';

/** What the reference says of a reaction with masked tokens, computed in float32 by PyTorch 1.7. */
interface Reference {
  readonly input_ids_masked: number[];
  readonly masked_positions: number[];
  readonly argmax_at_masked: number[];
  readonly logits_first_masked: number[];
}

const rxnmapper = fileURLToPath(new URL('../../../../shared/assets/models/rxnmapper-albert/', import.meta.url));

describe('ALBERT against the reference of a real checkpoint', () => {
  it('rxnmapper-albert: 12 applications of one layer, its decoder stored twice', async (context) => {
    if (!existsSync(rxnmapper)) context.skip('the model folder shared/assets/models/rxnmapper-albert is not there');
    const reference = JSON.parse(await readFile(`${rxnmapper}reference.json`, 'utf8')) as Reference;
    const positions = reference.masked_positions;
    const length = reference.input_ids_masked.length;
    const model = buildModel(await loadCheckpoint(rxnmapper), { type: 'masked-lm', labelledPositionsOnly: true });
    const session = await Session.create(model.graph);
    const { logits } = await session.run({
      input_ids: int64([1, length], reference.input_ids_masked),
      attention_mask: int64([1, length], Array<number>(length).fill(1)),
      token_type_ids: int64([1, length], Array<number>(length).fill(0)),
      label_positions: int64([1, positions.length], positions),
    });
    await session.release();
    const rows = positions.map((_, i) => Array.from(logits!.data as Float32Array).slice(i * 591, (i + 1) * 591));
    expect(rows.map((row) => row.indexOf(Math.max(...row)))).toEqual(reference.argmax_at_masked);
    // The logits reach 17, and PyTorch in float64 is 1.2e-5 off this float32 reference.
    const differences = reference.logits_first_masked.map((value, i) => Math.abs(rows[0]![i]! - value));
    expect(Math.max(...differences)).toBeLessThan(5e-5);
  });
});

describe('the layers of an ALBERT', () => {
  const config = {
    model_type: 'albert',
    vocab_size: 11,
    hidden_size: 4,
    embedding_size: 2,
    num_attention_heads: 2,
    intermediate_size: 3,
    max_position_embeddings: 5,
    type_vocab_size: 2,
  };
  /** Group and inner layer of every application, in the graph's order. */
  const applications = (fields: Record<string, number>): string[] =>
    initialiseModel({ ...config, ...fields }, { type: 'masked-lm' }, 1)
      .graph.nodes.filter((node) => node.opType === 'Softmax')
      .map(({ name }) => /groups\.(\d+)\.albert_layers\.(\d+)\./.exec(name)!.slice(1).join('.'));

  it('are applied group after group, as evenly as the number of layers allows', () => {
    expect(applications({ num_hidden_layers: 4, num_hidden_groups: 2 })).toEqual(['0.0', '0.0', '1.0', '1.0']);
    expect(applications({ num_hidden_layers: 5, num_hidden_groups: 2 })).toEqual(['0.0', '0.0', '0.0', '1.0', '1.0']);
    expect(applications({ num_hidden_layers: 3, num_hidden_groups: 3 })).toEqual(['0.0', '1.0', '2.0']);
  });

  it('are each the inner layers of their group, one after the other', () => {
    expect(applications({ num_hidden_layers: 2, inner_group_num: 2 })).toEqual(['0.0', '0.1', '0.0', '0.1']);
  });
});
