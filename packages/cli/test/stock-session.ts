import { createRequire } from 'node:module';
import type { Tensor } from '@guided-dropout/onnx';

/** As much of onnxruntime-node as is used here; it is a dependency of the runtime package alone. */
interface StockRuntime {
  readonly InferenceSession: {
    create(model: string | Uint8Array): Promise<{
      readonly inputNames: readonly string[];
      readonly outputNames: readonly string[];
      run(feeds: Readonly<Record<string, object>>): Promise<Record<string, { readonly data: ArrayLike<number> }>>;
      release(): Promise<void>;
    }>;
  };
  readonly Tensor: new (type: string, data: ArrayLike<unknown>, dims: readonly number[]) => object;
}

const require = createRequire(new URL('../../runtime/package.json', import.meta.url));
const ort = require('onnxruntime-node') as StockRuntime;

/** A session with the options that ONNX Runtime has by itself, all of its optimisers among them. */
export interface StockSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, ArrayLike<number>>>;
  release(): Promise<void>;
}

/** Loads an ONNX file, or its bytes, as another program does. */
export async function stockSession(model: string | Uint8Array): Promise<StockSession> {
  const session = await ort.InferenceSession.create(model);
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      const entries = Object.entries(feeds).map(([name, { dataType, data, dims }]) => {
        return [name, new ort.Tensor(dataType, data, dims)] as const;
      });
      const outputs = await session.run(Object.fromEntries(entries));
      return Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
    },
    release: () => session.release(),
  };
}
