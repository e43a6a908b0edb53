import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readSafetensors } from './index.js';

const path = fileURLToPath(
  new URL('../../../../../shared/assets/models/tiny-wiki-bert/model.safetensors', import.meta.url),
);

test('a trained BERT, where one lies beside the repository', async (context) => {
  if (!existsSync(path)) context.skip('the model folder shared/assets/models/tiny-wiki-bert is not there');
  const file = await readSafetensors(path);
  const embedding = file.tensor('bert.embeddings.word_embeddings.weight');
  expect(embedding.dataType).toBe('float32');
  expect(embedding.dims).toEqual([30_522, 128]);
  // Weights of a trained model: finite, centred and small.
  const { data } = embedding;
  const mean = (data as Float32Array).reduce((sum, value) => sum + value, 0) / data.length;
  expect(Math.abs(mean)).toBeLessThan(0.1);
  // Every byte of the file belongs to a tensor or the header.
  const last = [...file.entries.values()].at(-1)!;
  const { size } = await stat(path);
  expect(size - last.end).toBeGreaterThan(8);
  expect(new Set(file.names.map((name) => file.tensor(name).data.buffer)).size).toBe(1);
});
