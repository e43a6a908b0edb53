import { zeros, type Tensor } from '@guided-dropout/onnx';
import { probeTypes, Session, type Feeds } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../src/index.js';
import { BATCH, feeds, modelWith, parameterUses } from './parameter-uses.js';

describe('gradients accumulated over batches equal those of one batch:', () => {
  for (const [name, use] of Object.entries(parameterUses)) {
    it(`of a ${name}`, async () => {
      const builder = modelWith(use);
      const types = await probeTypes(builder.build());
      const { dims } = types.get('p')!;
      const gradients = differentiate(builder, { loss: 'loss', parameters: ['p'], types });
      const start = builder.input('start', 'float32', dims);
      builder.output(gradients.accumulated('p', start), 'float32', dims, 'sum');
      builder.output(gradients.summed('p'), 'float32', dims, 'summed');
      const session = await Session.create(builder.build());
      const nothing = zeros('float32', dims.map(Number));
      const whole = (await session.run({ ...feeds, start: nothing }))['summed']!.data as Float32Array;
      let sum: Tensor = nothing;
      for (let example = 0; example < BATCH; example++) {
        sum = (await session.run({ ...only(example), start: sum }))['sum']!;
      }
      await session.release();
      expect(whole.some((value) => value !== 0)).toBe(true);
      // Sums in float32, in another order.
      whole.forEach((value, i) =>
        expect(Math.abs(Number(sum.data[i]) - value)).toBeLessThan(1e-5 + 1e-4 * Math.abs(value)),
      );
    });
  }
});

function only(example: number): Feeds {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { dataType, dims, data }]) => {
      const size = data.length / BATCH;
      const row = data.slice(example * size, (example + 1) * size);
      return [name, { dataType, dims: [1, ...dims.slice(1)], data: row } as Tensor];
    }),
  );
}
