import { float32, int, type GraphBuilder } from '@guided-dropout/onnx';

/** Cosines and sines of the angles by which positions turn the pairs of a head: `[length, 1, headSize / 2]` each. */
export interface Rotation {
  readonly cos: string;
  readonly sin: string;
}

/**
 * The angles position · base^(−2i / headSize) of rotary position embeddings (Su et al., 2021, eq. 15).
 *
 * @param positions `[length]`, int64.
 * @param headSize even.
 */
export function emitRotation(builder: GraphBuilder, positions: string, headSize: number, base: number): Rotation {
  const frequencies = Array.from({ length: headSize / 2 }, (_, i) => inverseFrequency(i, headSize, base));
  const inverse = builder.constant(float32([1, 1, frequencies.length], frequencies));
  const column = builder.op('Unsqueeze', [positions, builder.integers([1, 2])]);
  const angles = builder.op('Mul', [builder.op('Cast', [column], { to: int(1) }), inverse]);
  return { cos: builder.op('Cos', [angles]), sin: builder.op('Sin', [angles]) };
}

/** In the float32 steps of `transformers`: at position 1000 an error of one ulp turns a pair by a ten-thousandth. */
function inverseFrequency(i: number, headSize: number, base: number): number {
  return Math.fround(1 / Math.fround(base ** Math.fround((2 * i) / headSize)));
}

/**
 * Turns the heads of queries or keys: the pair of elements i and i + headSize / 2 by the i-th angle of its position.
 *
 * @param x `[batch, length, heads, headSize]`; so is the result.
 */
export function emitRotated(builder: GraphBuilder, x: string, { cos, sin }: Rotation): string {
  const [first, second] = builder.ops('Split', [x], 2, { axis: int(-1), num_outputs: int(2) }) as [string, string];
  const times = (half: string, factor: string): string => builder.op('Mul', [half, factor]);
  const halves = [
    builder.op('Sub', [times(first, cos), times(second, sin)]),
    builder.op('Add', [times(second, cos), times(first, sin)]),
  ];
  return builder.op('Concat', halves, { axis: int(-1) });
}
