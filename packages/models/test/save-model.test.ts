import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeModel } from '@guided-dropout/onnx';
import { Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { goldenModel } from '../../autodiff/test/golden-model.js';
import { buildModel, loadCheckpoint, readSafetensors, saveModel, type Head } from '../src/index.js';
import { temporaryFolder } from './temporary-folder.js';

const heads: Readonly<Record<string, Head>> = {
  'bert-masked-lm': { type: 'masked-lm' },
  'gpt2-causal-lm': { type: 'causal-lm' },
  't5-seq2seq-lm': { type: 'seq2seq-lm' },
};
const folderOf = (name: string): string => new URL(`../../../test/golden/${name}/`, import.meta.url).pathname;

describe('saveModel', () => {
  it.each(Object.keys(heads))(
    '%s: what is saved loads again, bit for bit, and its ONNX file gives the logits',
    async (name) => {
      const model = buildModel(await loadCheckpoint(folderOf(name)), heads[name]!);
      const weights = new Map(
        model.parameters.map((parameter) => [parameter, model.graph.initializers.get(parameter)!]),
      );
      const folder = join(await temporaryFolder(), 'saved');
      await saveModel(folder, model, weights, { files: new Map([['tokenizer.json', '{}']]) });
      expect(await readFile(join(folder, 'tokenizer.json'), 'utf8')).toBe('{}');
      const again = buildModel(await loadCheckpoint(folder), heads[name]!);
      for (const [parameter, value] of weights) expect(again.graph.initializers.get(parameter)).toEqual(value);
      const golden = goldenModel(name);
      const session = await Session.create(decodeModel(await readFile(join(folder, 'onnx', 'model.onnx'))));
      const { logits } = await session.run(golden.inputs);
      await session.release();
      const expected = golden.logits.data as Float32Array;
      const largest = Math.max(...expected.map(Math.abs));
      const difference = Math.max(...(logits!.data as Float32Array).map((value, i) => Math.abs(value - expected[i]!)));
      expect(difference / largest).toBeLessThan(1e-5);
    },
  );

  it('stores halves where asked, and says so in the config', async () => {
    const model = buildModel(await loadCheckpoint(folderOf('bert-masked-lm')), { type: 'masked-lm' });
    const weights = new Map(model.parameters.map((parameter) => [parameter, model.graph.initializers.get(parameter)!]));
    const folder = join(await temporaryFolder(), 'saved');
    await saveModel(folder, model, weights, { storedType: 'bfloat16' });
    const file = await readSafetensors(join(folder, 'model.safetensors'));
    expect(file.tensor(model.parameters[0]!).dataType).toBe('bfloat16');
    expect((await loadCheckpoint(folder)).storedType).toBe('bfloat16');
  });

  it('writes nothing outside the folder', async () => {
    const model = buildModel(await loadCheckpoint(folderOf('bert-masked-lm')), { type: 'masked-lm' });
    for (const name of ['../escape', 'a/b', '', '..']) {
      const saved = saveModel(join(await temporaryFolder(), 'saved'), model, new Map(), {
        files: new Map([[name, '']]),
      });
      await expect(saved).rejects.toMatchObject({ code: 'OUTPUT_NAME' });
    }
  });
});
