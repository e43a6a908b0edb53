import { GuidedDropoutError } from '@guided-dropout/core';
import type { Node, ValueType } from '@guided-dropout/onnx';
import { ruleKey } from './rule.js';

/** A value of the graph that the observed types do not cover. */
export function untyped(value: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_TYPE', {
    where: `value '${value}'`,
    expected: 'an observed type for every value of the graph',
    received: 'none for this one',
    fix: 'Probe the same graph that is differentiated, after its last change.',
  });
}

/** A loss that is more than one number. */
export function notScalar(loss: string, type: ValueType): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_LOSS', {
    where: `loss '${loss}'`,
    expected: 'one float32 or float64 number',
    received: `${type.dataType} [${type.dims.join(', ')}]`,
    fix: 'Reduce it, e.g. to its sum or mean.',
  });
}

/** A parameter that the loss does not depend on. */
export function unreached(parameter: string, loss: string): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_UNREACHED', {
    where: `parameter '${parameter}'`,
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
    received: 'values of another first axis, or a gradient already summed over the examples',
    fix: 'Use the parameter in a linear layer, a lookup, a bias or a scale of values whose first axis is the example.',
  });
}

/** An operator between a parameter and the loss that has no gradient rule. */
export function noRule(node: Node): GuidedDropoutError {
  return new GuidedDropoutError('AUTODIFF_NO_RULE', {
    where: `node '${node.name}'`,
    expected: `a gradient rule for ${node.domain === '' ? 'ai.onnx' : node.domain}.${node.opType}`,
    received: 'none',
    fix: `Pass one in options.rules under the key '${ruleKey(node)}'.`,
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
