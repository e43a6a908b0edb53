import { GuidedDropoutError } from '@guided-dropout/core';
import type { DataType, Tensor } from '@guided-dropout/onnx';
import { narrowed } from './half-precision.js';

/** The element types that weights are stored in; in a graph they are always float32. */
export type StoredType = 'float32' | 'float16' | 'bfloat16';

/** The type that holds all weights stored in these types exactly: a half type only where it is the only one. */
export function storedTypeOf(dataTypes: ReadonlySet<DataType>): StoredType {
  const floating = (['float64', 'float32', 'bfloat16', 'float16'] as const).filter((type) => dataTypes.has(type));
  const [only] = floating;
  return floating.length === 1 && (only === 'float16' || only === 'bfloat16') ? only : 'float32';
}

/**
 * Weights in the type they are to be stored in, e.g. to save a model as it was loaded; `float32` leaves them as they
 * are. Halves are the nearest, so weights that were loaded from halves and not trained keep their bits.
 *
 * @throws GuidedDropoutError `CHECKPOINT_TYPE` where a finite weight would become infinite.
 */
export function weightsStoredAs(weights: ReadonlyMap<string, Tensor>, type: StoredType): ReadonlyMap<string, Tensor> {
  if (type === 'float32') return weights;
  return new Map(
    Array.from(weights, ([name, value]) => {
      if (value.dataType !== 'float32') return [name, value];
      const stored = narrowed(value as Tensor<'float32'>, type);
      assertFits(name, value as Tensor<'float32'>, stored);
      return [name, stored];
    }),
  );
}

/** `config.json` naming the type its weights are stored in, under the names it uses for that (`dtype`, `torch_dtype`). */
export function configStoredAs(
  config: Readonly<Record<string, unknown>>,
  type: StoredType,
): Readonly<Record<string, unknown>> {
  const named = ['dtype', 'torch_dtype'].filter((name) => Object.hasOwn(config, name));
  // Without a word of it, readers take the type of the weights or float32; half types have to be named to last.
  const names = named.length === 0 && type !== 'float32' ? ['torch_dtype'] : named;
  return { ...config, ...Object.fromEntries(names.map((name) => [name, type])) };
}

function assertFits(name: string, value: Tensor<'float32'>, stored: Tensor<'float16' | 'bfloat16'>): void {
  const infinite = stored.dataType === 'float16' ? 0x7c00 : 0x7f80;
  const index = stored.data.findIndex((half, i) => (half & 0x7fff) === infinite && Number.isFinite(value.data[i]));
  if (index < 0) return;
  throw new GuidedDropoutError('CHECKPOINT_TYPE', {
    where: `tensor '${name}', element ${index}`,
    expected: `a number that ${stored.dataType} holds`,
    received: `${value.data[index]}`,
    fix: 'Store the weights as float32 or bfloat16.',
  });
}
