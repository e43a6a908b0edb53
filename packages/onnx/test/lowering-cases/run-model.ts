// ONNX Runtime on the CPU, with the graph as it is: what an operator means is what its own kernel computes.
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { encodeModel, type Model, type Tensor } from '../../src/index.js';

/** The values of a model's outputs by name. */
export type Outputs = Readonly<Record<string, Observed>>;

/** A value as a run gave it. */
export interface Observed {
  readonly dataType?: string;
  readonly dims: readonly number[];
  readonly values: readonly number[];
}

/** Runs a model once, without optimisation unless told. */
export async function runModel(
  model: Model,
  feeds: Readonly<Record<string, Tensor>>,
  optimization: 'disabled' | 'all' = 'disabled',
): Promise<Outputs> {
  const session = await InferenceSession.create(encodeModel(model), {
    graphOptimizationLevel: optimization,
    executionProviders: ['cpu'],
    // What fails is thrown, with the same words.
    logSeverityLevel: 4,
  });
  try {
    const inputs = Object.entries(feeds).map(([name, { dataType, dims, data }]) => {
      const value = new OrtTensor(dataType as 'float32', data as Float32Array, dims);
      return [name, value] as const;
    });
    const results = await session.run(Object.fromEntries(inputs));
    return Object.fromEntries(
      Object.entries(results).map(([name, { type, dims, data }]) => [
        name,
        { dataType: type, dims, values: Array.from(data as ArrayLike<number | bigint>, Number) },
      ]),
    );
  } finally {
    await session.release();
  }
}
