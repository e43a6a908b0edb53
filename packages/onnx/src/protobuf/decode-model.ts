import type { Graph, Model } from '../graph.js';
import { checkGraph } from './check-graph.js';
import { decodeMessage } from './decode-message.js';
import { domainOf } from './domain.js';
import { ExternalData, type ExternalDataReader } from './external-data.js';
import { graphFromProto } from './graph-from-proto.js';
import { naturalOf } from './integers.js';
import { MAX_FILE_BYTES } from './limits.js';
import { onnxError, quoted } from './onnx-error.js';
import { modelProto, type ModelProto } from './onnx-messages.js';

/** Options of {@link decodeModel}. */
export interface DecodeModelOptions {
  /** Gives the files in which the model keeps tensor data; called once per file, with checked relative names only. */
  readonly externalData?: ExternalDataReader;
  /** What error messages call the model, e.g. its path. */
  readonly source?: string;
}

/**
 * Reads an ONNX file that need not be trusted.
 *
 * Tensors are views of `bytes` where alignment allows, so leave the bytes as they are. Documentation and the shapes of
 * intermediate values are dropped. A graph input that has an initializer (a default, or any weight before IR version 4)
 * becomes that initializer.
 *
 * @throws GuidedDropoutError `ONNX_TRUNCATED`, `ONNX_INVALID`, `ONNX_UNSUPPORTED` (functions, sparse and non-tensor
 * values, element types without a {@link DataType}), `ONNX_EXTERNAL_DATA`, `ONNX_TOO_LARGE`.
 */
export function decodeModel(bytes: Uint8Array, options: DecodeModelOptions = {}): Model {
  const where = options.source ?? 'ONNX model';
  if (bytes.length > MAX_FILE_BYTES) {
    const fix = 'Save the model with its weights as external data.';
    throw onnxError('ONNX_TOO_LARGE', where, 'at most 2 GiB, the limit of protobuf', `${bytes.length} bytes`, fix);
  }
  const proto = decodeMessage(modelProto, bytes, where);
  assertSupported(proto, where);
  if (proto.graph === undefined) {
    throw onnxError('ONNX_INVALID', where, 'a graph', 'none', 'Check that it is an ONNX file.');
  }
  const graphPlace = `${where}, graph ${quoted(proto.graph.name ?? '')}`;
  const graph = withoutDefaults(graphFromProto(proto.graph, graphPlace, new ExternalData(options.externalData)));
  checkGraph(graph, graphPlace);
  return {
    graph,
    opsets: opsetsOf(proto, where),
    irVersion: naturalOf(proto.irVersion, 1, `${where}, ir_version`),
    producer: proto.producerName ?? '',
    metadata: Object.fromEntries(proto.metadataProps.map(({ key = '', value = '' }) => [key, value])),
  };
}

function assertSupported(proto: ModelProto, where: string): void {
  if (proto.functions.length > 0) {
    const fix = 'Inline them, e.g. with onnx.inliner.inline_local_functions.';
    throw onnxError('ONNX_UNSUPPORTED', where, 'nodes of operators only', 'model-local functions', fix);
  }
  if (proto.trainingInfo.length > 0) {
    const fix = 'Export the inference model; training graphs are made from it.';
    throw onnxError('ONNX_UNSUPPORTED', where, 'an inference model', 'training_info', fix);
  }
}

function opsetsOf(proto: ModelProto, where: string): ReadonlyMap<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of proto.opsetImport) {
    const name = domainOf(domain);
    const place = `${where}, opset_import of ${quoted(name)}`;
    if (opsets.has(name)) throw onnxError('ONNX_INVALID', place, 'one version', 'two');
    opsets.set(name, naturalOf(version, 1, place));
  }
  if (opsets.size === 0) throw onnxError('ONNX_INVALID', `${where}, opset_import`, 'an operator set', 'none');
  return opsets;
}

function withoutDefaults(graph: Graph): Graph {
  return { ...graph, inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)) };
}
