export { checkpointFromOnnx } from './checkpoint-from-onnx.js';
export { fromOnnx, type ConfigOptions, type OnnxModel } from './from-onnx.js';
export type { ImportOptions } from './import-graph.js';
