import { createRequire } from 'node:module';

/** What is used of onnxruntime-node here; it is a dependency of the runtime package alone. */
interface OnnxRuntime {
  readonly InferenceSession: {
    create(path: string, options: Readonly<Record<string, unknown>>): Promise<{ release(): Promise<void> }>;
  };
}

const require = createRequire(new URL('../../runtime/package.json', import.meta.url));
const { InferenceSession } = require('onnxruntime-node') as OnnxRuntime;

/**
 * Writes what ONNX Runtime's optimiser makes of a model: constants folded, operators fused.
 *
 * @param externalData name of a file beside `to` for the data of its tensors; inside the model unless given.
 */
export async function writeOptimised(from: string, to: string, externalData?: string): Promise<void> {
  const session = await InferenceSession.create(from, {
    graphOptimizationLevel: 'extended',
    optimizedModelFilePath: to,
    logSeverityLevel: 4,
    ...(externalData !== undefined && {
      extra: {
        session: {
          optimized_model_external_initializers_file_name: externalData,
          optimized_model_external_initializers_min_size_in_bytes: '64',
        },
      },
    }),
  });
  await session.release();
}
