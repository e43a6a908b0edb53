import { GuidedDropoutError } from '@guided-dropout/core';
import { EMITTED_OPSET, type Node, type ValueType, type ValueTypes } from '@guided-dropout/onnx';
import { ruleKey } from './rule.js';

/** A name that no value of the graph has. */
export function unknownValue(name: string, role: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_UNKNOWN', {
    where: `${role} '${name}'`,
    expected: 'the name of a value of the graph',
    received: 'a name that none has',
    fix: 'Check the spelling; the builder must hold the graph before it is differentiated.',
  });
}

/** Examples to be told apart in a graph none of whose inputs has a dimension that counts them. */
export function noExamples(dimension: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_PER_EXAMPLE', {
    where: `dimension '${dimension}'`,
    expected: 'an input of the graph with that dimension, which counts the examples',
    received: 'none',
    fix: 'Name the dimension of the inputs, or pass its name as options.examples.',
  });
}

/** A value of the graph that the observed types do not cover. */
export function untyped(value: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_TYPE', {
    where: `value '${value}'`,
    expected: 'an observed type for every value of the graph',
    received: 'none for this one',
    fix: 'Probe the same graph that is differentiated, after its last change.',
  });
}

/** The observed type of a value. */
export function typeIn(types: ValueTypes, value: string): ValueType {
  const type = types.get(value);
  if (type === undefined) throw untyped(value);
  return type;
}

/** A value on the way of a gradient in a type that gradients are not taken in. */
export function halfPrecision(value: string, dataType: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_TYPE', {
    where: `value '${value}'`,
    expected: 'float32 or float64 between the parameters and the loss',
    received: dataType,
    fix: 'Convert the weights to float32, or export the model in float32.',
  });
}

/** A loss that is neither one number nor one per example. */
export function notScalar(loss: string, type: ValueType): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_LOSS', {
    where: `loss '${loss}'`,
    expected: 'one float32 or float64 number, or one per example',
    received: `${type.dataType} [${type.dims.join(', ')}]`,
    fix: 'Reduce it to its sum, or name the dimension that counts the examples in options.examples.',
  });
}

/** A parameter that the loss does not depend on. */
export function unreached(parameter: string, loss: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_UNREACHED', {
    where: `'${parameter}'`,
    expected: `a differentiable path to the loss '${loss}'`,
    received: 'none',
    fix: 'Leave it out of the parameters, or check that the graph uses it.',
  });
}

/** A parameter whose gradient cannot be told apart by example. */
export function notPerExample(parameter: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_PER_EXAMPLE', {
    where: `parameter '${parameter}'`,
    expected: 'a use that keeps the examples apart in the first axis',
    received: 'values in another order, or a gradient already summed over the examples',
    fix: 'Use it in a linear layer, a lookup, a bias or a scale of values whose first axis is options.examples.',
  });
}

/** An operator between a parameter and the loss that has no gradient rule. */
export function noRule(node: Node): GuidedDropoutError {
  const standard = node.domain === '' || node.domain === 'ai.onnx';
  const operator = standard ? `ai.onnx.${node.opType} (opset ${EMITTED_OPSET})` : `${node.domain}.${node.opType}`;
  return new GuidedDropoutError('AUTODIFF_NO_RULE', {
    where: `node '${node.name}'`,
    expected: `a gradient rule for ${operator}`,
    received: 'none',
    fix: `Pass one in options.rules under the key '${ruleKey(node)}'.`,
  });
}

/** Why gradients do not go through an operator with subgraphs, by its name. */
const controlFlowReasons: Readonly<Record<string, string>> = {
  If: 'a branch chosen while the graph runs',
  Loop: 'a loop, whose intermediate values are not kept',
  Scan: 'a loop, whose intermediate values are not kept',
};

/** Whether a node runs subgraphs. */
export function isControlFlow(node: Node): boolean {
  return node.domain === '' && Object.hasOwn(controlFlowReasons, node.opType);
}

/** Control flow between a parameter and the loss. */
export function controlFlow(node: Node): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_NO_RULE', {
    where: `node '${node.name}' (${node.opType})`,
    expected: 'operators without subgraphs between the parameters and the loss',
    received: controlFlowReasons[node.opType]!,
    fix: 'Export the model without control flow (a decoder without its cache, one branch instead of a merged model).',
  });
}

/** A node of an old operator set, which has as attribute what later ones take as input. */
export function attributeInput(node: Node, attribute: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_UNSUPPORTED', {
    where: `node '${node.name}' (${node.opType})`,
    expected: `its ${attribute} as an input, as in opset 18`,
    received: 'an attribute',
    fix: 'Convert the model to opset 18.',
  });
}
