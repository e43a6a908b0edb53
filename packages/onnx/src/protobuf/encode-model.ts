import type { Graph, Model } from '../graph.js';
import { checkGraph } from './check-graph.js';
import { encodeMessage } from './encode-message.js';
import { createMessage } from './field-table.js';
import { graphToProto } from './graph-to-proto.js';
import { int64Of } from './integers.js';
import { onnxError, quoted } from './onnx-error.js';
import { modelProto, operatorSetIdProto, stringStringEntryProto } from './onnx-messages.js';

const WHERE = 'encodeModel';

/**
 * Writes a model as the bytes of an ONNX file; tensor data is copied once, into the result.
 *
 * @throws GuidedDropoutError `ONNX_INVALID` when the graph breaks single assignment or order, or a number does not fit
 * its field; `ONNX_TOO_LARGE` above 2 GiB.
 */
export function encodeModel(model: Model): Uint8Array {
  const where = `${WHERE}, graph ${quoted(model.graph.name)}`;
  checkGraph(model.graph, where);
  if (model.opsets.size === 0) {
    throw onnxError('ONNX_INVALID', `${WHERE}, opsets`, 'an operator set', 'none', 'Pass one.');
  }
  const proto = createMessage(modelProto, {
    irVersion: int64Of(model.irVersion, `${WHERE}, irVersion`),
    producerName: model.producer,
    graph: graphToProto(withWeightsAsInputs(model), where),
    opsetImport: Array.from(model.opsets, ([domain, version]) =>
      createMessage(operatorSetIdProto, { domain, version: int64Of(version, `${WHERE}, opset of ${quoted(domain)}`) }),
    ),
    metadataProps: Object.entries(model.metadata).map(([key, value]) =>
      createMessage(stringStringEntryProto, { key, value }),
    ),
  });
  const pieces = encodeMessage(modelProto, proto);
  pieces.finish();
  return pieces.join();
}

/** Before IR version 4 every initializer had to be an input as well; {@link decodeModel} takes these inputs out. */
function withWeightsAsInputs({ graph, irVersion }: Model): Graph {
  if (irVersion >= 4) return graph;
  const weights = Array.from(graph.initializers, ([name, { dataType, dims }]) => ({ name, dataType, dims }));
  return { ...graph, inputs: [...graph.inputs, ...weights] };
}
