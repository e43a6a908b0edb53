import { float32, GraphBuilder, int, int64, ints, tensor, zeros } from '@guided-dropout/onnx';
import { probeTypes } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../src/index.js';
import { asFloat64 } from './as-float64.js';
import { checkGradients, gradientsOf } from './check-gradients.js';

/** A graph of a parameter `p` whose `loss` is Σ weights · what `emit` computes. */
function lossOf(p: readonly number[], emit: (b: GraphBuilder, p: string) => string): GraphBuilder {
  const b = new GraphBuilder('edge');
  const values = Array.from({ length: p.reduce((product, dim) => product * dim, 1) }, (_, i) => Math.sin(3 * i + 1));
  const value = emit(b, b.initializer('p', float32(p, values)));
  b.output(b.op('ReduceSum', [b.op('Mul', [value, value])], { keepdims: int(0) }), 'float32', [], 'loss');
  return b;
}

async function differentiated(b: GraphBuilder): Promise<unknown> {
  return differentiate(b, { loss: 'loss', parameters: ['p'], types: await probeTypes(b.build()) });
}

describe('rules at the edges of their operators', () => {
  it('Erf: the rule agrees with the gradient of a series in float64', async () => {
    const graph = lossOf([9], (b, p) => b.op('Erf', [b.op('Mul', [p, b.number(2, 'float32')])])).build();
    const { gradients } = await gradientsOf(graph, ['p'], {});
    // Central differences check this one; there is no float64 Erf for them to check the rule itself.
    const reference = (await gradientsOf(asFloat64(graph), ['p'], {})).gradients.get('p')!.data as Float64Array;
    const actual = gradients.get('p')!.data;
    expect(Math.max(...reference.map(Math.abs))).toBeGreaterThan(0.5);
    // Float32 rounding of values of about 1.
    for (let i = 0; i < 9; i++) expect(Math.abs(Number(actual[i]) - reference[i]!)).toBeLessThan(2e-6);
  });

  it.each(['Add', 'Sub', 'Mul', 'Div', 'MatMul', 'Where'])('%s with a parameter on one side only', async (opType) => {
    const constant = float32([2, 2], [0.5, -2, 3, 1.5]);
    const condition = tensor('bool', [2, 2], Uint8Array.of(1, 0, 0, 1));
    for (const parameterFirst of [true, false]) {
      const b = lossOf([2, 2], (builder, p) => {
        const other = builder.constant(constant);
        const sides = parameterFirst ? [p, other] : [other, p];
        return builder.op(opType, opType === 'Where' ? [builder.constant(condition), ...sides] : sides);
      });
      await checkGradients(b.build(), ['p']);
    }
  });

  it.each([0, 1, 2])('LayerNormalization with input %i the only parameter', async (index) => {
    const b = lossOf(index === 0 ? [2, 3] : [3], (builder, p) => {
      const inputs = [float32([2, 3], [1, 2, 4, -1, 0, 3]), float32([3], [1, -2, 0.5]), float32([3], [0.1, 0.2, 0.3])];
      const names = inputs.map((value, i) => (i === index ? p : builder.constant(value)));
      return builder.op('LayerNormalization', names, { axis: int(-1) });
    });
    await checkGradients(b.build(), ['p']);
  });

  it('Transpose twice the same way is not the way back', async () => {
    const perm = ints([1, 2, 0]);
    const b = lossOf([2, 3, 4], (builder, p) => {
      const twice = builder.op('Transpose', [builder.op('Transpose', [p], { perm })], { perm });
      // A weight for each element, so that it matters where a gradient goes.
      const weights = Array.from({ length: 24 }, (_, i) => Math.cos(i));
      return builder.op('Mul', [twice, builder.constant(float32([4, 2, 3], weights))]);
    });
    await checkGradients(b.build(), ['p']);
  });

  it.each([[[1, 0]], [[0, 1]]])('a weight transposed by %j before a product', async (perm) => {
    const b = lossOf([3, 3], (builder, p) => {
      const x = builder.constant(float32([2, 3], [1, -2, 0.5, 3, 0.25, -1]));
      return builder.op('MatMul', [x, builder.op('Transpose', [p], { perm: ints(perm) })]);
    });
    await checkGradients(b.build(), ['p']);
  });

  it.each(['ReduceSum', 'ReduceMean'])('%s over no axes, by request, keeps every axis', async (opType) => {
    const b = lossOf([2, 3], (builder, p) =>
      builder.op(opType, [p], { noop_with_empty_axes: int(1), keepdims: int(0) }),
    );
    await checkGradients(b.build(), ['p']);
  });

  it('Gather counts negative indices from the end', async () => {
    for (const axis of [0, 1]) {
      const b = lossOf([3, 4], (builder, p) =>
        builder.op('Gather', [p, builder.constant(int64([3], [-1, 0, -1]))], { axis: int(axis) }),
      );
      await checkGradients(b.build(), ['p']);
    }
  });

  it('Dropout outside training, by default, is the identity', async () => {
    await checkGradients(lossOf([2, 3], (b, p) => b.op('Dropout', [p])).build(), ['p']);
    await checkGradients(lossOf([2, 3], (b, p) => b.op('Dropout', [p, b.number(0.7, 'float32')])).build(), ['p']);
  });

  it('Dropout in training without a ratio drops half', async () => {
    const size = 1000;
    const b = new GraphBuilder('half');
    const training = b.constant(tensor('bool', [], Uint8Array.of(1)));
    const ones = b.initializer('p', float32([size], new Float32Array(size).fill(1)));
    const dropped = b.op('Dropout', [ones, '', training], { seed: int(2) });
    b.output(b.op('ReduceSum', [dropped], { keepdims: int(0) }), 'float32', [], 'loss');
    const { gradients } = await gradientsOf(b.build(), ['p'], {});
    expect(new Set(gradients.get('p')!.data as Float32Array)).toEqual(new Set([0, 2]));
  });
});

describe('rules refuse what they cannot do', () => {
  it.each<[string, RegExp, GraphBuilder]>([
    [
      'a product with a vector',
      /MatMul.*ranks 2 and 1/,
      lossOf([2, 3], (b, p) => b.op('MatMul', [p, b.constant(zeros('float32', [3]))])),
    ],
    [
      'a normalisation over several axes',
      /LayerNormalization.*axis 1 of 3/,
      lossOf([2, 3, 4], (b, p) =>
        b.op('LayerNormalization', [p, b.constant(zeros('float32', [3, 4]))], { axis: int(1) }),
      ),
    ],
    [
      'a normalisation over several axes, counted from the end',
      /LayerNormalization.*axis -2 of 3/,
      lossOf([2, 3, 4], (b, p) =>
        b.op('LayerNormalization', [p, b.constant(zeros('float32', [3, 4]))], { axis: int(-2) }),
      ),
    ],
    [
      'axes that are computed',
      /ReduceSum.*Identity:out/,
      lossOf([2, 3], (b, p) => b.op('ReduceSum', [p, b.op('Identity', [b.integers([1])])])),
    ],
  ])('%s, naming the node', async (_, message, builder) => {
    await expect(differentiated(builder)).rejects.toMatchObject({
      code: 'AUTODIFF_UNSUPPORTED',
      message: expect.stringMatching(message),
    });
  });
});

describe('Pow where a power of 0 meets', () => {
  const slopes = async (p: readonly number[], emit: (b: GraphBuilder, p: string) => string): Promise<number[]> => {
    const b = new GraphBuilder('pow');
    const value = emit(b, b.initializer('p', float32([p.length], p)));
    b.output(b.op('ReduceSum', [value], { keepdims: int(0) }), 'float32', [], 'loss');
    const { gradients } = await gradientsOf(b.build(), ['p'], {});
    return Array.from(gradients.get('p')!.data, Number);
  };

  it('the exponent 0: the base has gradient 0, at 0 too', async () => {
    expect(await slopes([0, 2], (b, p) => b.op('Pow', [p, b.number(0, 'float32')]))).toEqual([0, 0]);
  });

  it('the base 0: the exponent has gradient 0', async () => {
    expect(await slopes([0, 2], (b, p) => b.op('Pow', [b.number(0, 'float32'), p]))).toEqual([0, 0]);
  });
});

describe('LayerNormalization whose statistics are used', () => {
  it('is refused, as the rule leaves them out', async () => {
    const b = lossOf([2, 3], (builder, p) => {
      const scale = builder.constant(float32([3], [1, 1, 1]));
      const [y, mean] = builder.ops('LayerNormalization', [p, scale], 2, { axis: int(-1) });
      return builder.op('Add', [y!, mean!]);
    });
    await expect(differentiated(b)).rejects.toMatchObject({ code: 'AUTODIFF_UNSUPPORTED' });
  });
});
