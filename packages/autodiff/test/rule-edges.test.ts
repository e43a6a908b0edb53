import { float32, GraphBuilder, int, string } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { describe, expect, it } from 'vitest';
import { differentiate } from '../src/index.js';
import { asFloat64 } from './as-float64.js';
import { checkGradients, gradientsOf } from './check-gradients.js';

/** A graph of a parameter `p` whose `loss` is the sum of the squares of what `emit` computes. */
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

describe('float64 decompositions of the tests', () => {
  const points = [-0.9, -0.3, 0.01, 0.5, 0.8];
  it.each(['Acos', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Cosh', 'Erf', 'Sinh', 'Tan', 'Acosh'])(
    'compute %s as its float32 kernel does',
    async (opType) => {
      const b = new GraphBuilder('kernel');
      const at = opType === 'Acosh' ? points.map((x) => x + 2.5) : points;
      const y = b.op(opType, [b.constant(float32([5], at))]);
      b.output(y, 'float32', [5], 'y');
      const run = async (graph: ReturnType<GraphBuilder['build']>): Promise<number[]> => {
        const session = await Session.create(graph);
        const outputs = await session.run({}).finally(() => session.release());
        return Array.from(outputs['y']!.data, Number);
      };
      const [narrow, wide] = [await run(b.build()), await run(asFloat64(b.build()))];
      // Float32 rounding of values of about 1.
      narrow.forEach((value, i) => expect(Math.abs(value - wide[i]!)).toBeLessThan(1e-6));
    },
  );
});

describe('integers have no gradient', () => {
  it.each<[string, (b: GraphBuilder, p: string) => string]>([
    ['a cast', (b, p) => b.op('Cast', [p], { to: int(7) })],
    ['a cast like an integer', (b, p) => b.op('CastLike', [p, b.integers([1])])],
  ])('after %s, so a parameter before it is not reached', async (_, toInteger) => {
    const b = lossOf([2, 3], (builder, p) => builder.op('Cast', [toInteger(builder, p)], { to: int(1) }));
    await expect(differentiated(b)).rejects.toMatchObject({ code: 'AUTODIFF_UNREACHED' });
  });
});

describe('sizes that vary from run to run', () => {
  it('go through slices, reductions, products and tiles', async () => {
    const b = new GraphBuilder('dynamic');
    const x = b.input('x', 'float32', ['batch', 'length', 4]);
    const mask = b.input('mask', 'float32', ['batch', 'length']);
    const hidden = b.op(
      'Einsum',
      [
        x,
        b.initializer(
          'w',
          float32(
            [4, 3],
            Array.from({ length: 12 }, (_, i) => Math.sin(i)),
          ),
        ),
      ],
      {
        equation: string('bld,de->ble'),
      },
    );
    const length = b.op('Shape', [x], { start: int(1), end: int(2) });
    const half = b.op('Div', [length, b.integers([2])]);
    const first = b.op('Slice', [hidden, b.integers([0]), half, b.integers([1])]);
    const last = b.op('Slice', [hidden, b.op('Neg', [half]), length, b.integers([1])]);
    const scores = b.op('MatMul', [first, b.op('Transpose', [last], { perm: { type: 'ints', value: [0, 2, 1] } })]);
    const masked = b.op('Mul', [b.op('Tanh', [hidden]), b.op('Unsqueeze', [mask, b.integers([-1])])]);
    const pooled = b.op('ReduceMax', [masked, b.integers([1])], { keepdims: int(0) });
    const tiled = b.op('Tile', [
      b.op('MatMul', [pooled, b.initializer('v', float32([3], [1, -2, 0.5]))]),
      b.integers([2]),
    ]);
    const total = (value: string): string => b.op('ReduceSum', [b.op('Mul', [value, value])], { keepdims: int(0) });
    b.output(b.op('Add', [total(scores), total(tiled)]), 'float32', [], 'loss');
    for (const [batch, size] of [
      [1, 4],
      [3, 5],
    ] as const) {
      const wave = (dims: readonly number[]) =>
        float32(
          dims,
          Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, i) => Math.cos(2 * i)),
        );
      await checkGradients(b.build(), ['w', 'v'], { x: wave([batch, size, 4]), mask: wave([batch, size]) });
    }
  });
});

describe('Dropout', () => {
  it('in training without a ratio drops half', async () => {
    const size = 1000;
    const b = new GraphBuilder('half');
    const training = b.constant({ dataType: 'bool', dims: [], data: Uint8Array.of(1) });
    const ones = b.initializer('p', float32([size], new Float32Array(size).fill(1)));
    const dropped = b.op('Dropout', [ones, '', training], { seed: int(2) });
    b.output(b.op('ReduceSum', [dropped], { keepdims: int(0) }), 'float32', [], 'loss');
    const gradients = await gradientsOf(b.build(), ['p']);
    expect(new Set(gradients.get('p')!.data as Float64Array)).toEqual(new Set([0, 2]));
  });
});
