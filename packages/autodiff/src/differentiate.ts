import { removeDead, type Graph, type GraphBuilder, type ValueType, type ValueTypes } from '@guided-dropout/onnx';
import { backwardPass } from './backward-pass.js';
import { notPerExample, notScalar, typeIn, unknownValue } from './errors.js';
import { exampleFactors, type ExampleFactors } from './gradients/example-factors.js';
import { perExampleGradient } from './gradients/per-example.js';
import { squaredNorm, type GramMatrices } from './gradients/squared-norm.js';
import { squaredSum } from './gradients/squared-sum.js';
import { summedGradient } from './gradients/summed.js';
import type { GradientTarget } from './gradients/target.js';
import { defaultRules } from './rules/index.js';
import { recomputeBlocks } from './recompute.js';
import type { GradientRules } from './rule.js';

/** What to differentiate. */
export interface DifferentiateOptions {
  /** The name of one number (shape `[]`, or all dimensions 1), or of one per example, `[b]`, whose sum is the loss. */
  readonly loss: string;
  /**
   * Names of graph inputs or initializers of floating type. Other initializers are constants: gradients may hold what
   * follows from their values, so lift none but the parameters to inputs afterwards.
   */
  readonly parameters: readonly string[];
  /** The observed type of every value of the graph the builder was made from (`probeTypes` of the runtime package). */
  readonly types: ValueTypes;
  /** The name of the dimension that counts the examples, for the per-example methods; `batch` unless given. */
  readonly examples?: string;
  /**
   * How long axes of unknown size usually are, by which {@link Gradients.perExampleSquaredNorm} chooses the cheaper of two
   * ways for each parameter; 128 unless given. It changes speed, not results.
   */
  readonly typicalLength?: number;
  /** Rules beside, or in place of, the built-in ones. */
  readonly rules?: GradientRules;
}

/**
 * The gradients of one loss, written into the builder on demand. Example index b runs over the first axis; the methods
 * that tell examples apart take the loss to be a sum of terms of single examples.
 *
 * They throw `AUTODIFF_PER_EXAMPLE` where what meets the parameter does not keep the examples apart: values whose first
 * axis is another, or a parameter that is computed with before it meets them.
 */
export interface Gradients {
  /** ∂loss/∂parameter, in the parameter's shape. */
  summed(parameter: string): string;
  /** start + ∂loss/∂parameter, for gradients accumulated over several runs; `start` is a value in the parameter's shape. */
  accumulated(parameter: string, start: string): string;
  /** ∂(term of the loss of example b)/∂parameter, [b, …shape of the parameter]. */
  perExample(parameter: string): string;
  /** Σ_b of the element-wise squares of {@link perExample}, in the parameter's shape: N × the Fisher diagonal. */
  perExampleSquaredSum(parameter: string): string;
  /** ‖{@link perExample}‖² of every example, [b]; the gradients are not formed where that is cheaper. */
  perExampleSquaredNorm(parameter: string): string;
  /**
   * The builder's graph so far, with the values between the checkpoints computed a second time in the backward pass, not
   * kept in memory until then ({@link recomputeBlocks}). Call it last.
   *
   * @param checkpoints values of the forward pass, in its order; the outputs of a transformer's layers are the usual ones.
   * @throws GuidedDropoutError `AUTODIFF_CHECKPOINT`, `AUTODIFF_UNREACHED` for one that no gradient passes through.
   */
  recomputing(checkpoints: readonly string[]): Graph;
}

/**
 * Reverse-mode differentiation: appends to the builder the gradient of `loss` by each of the parameters.
 *
 * Gradients of parameters stay in factors (X and D of a linear layer's XᵀD) until one of the result's methods asks
 * for them, so per-example results come from the same backward pass as sums.
 *
 * @throws GuidedDropoutError `AUTODIFF_LOSS` (neither one number nor one per example), `AUTODIFF_UNREACHED` (a parameter
 * the loss does not depend on), `AUTODIFF_NO_RULE` (an operator without a rule, control flow), `AUTODIFF_TYPE` (half
 * precision, or a value without an observed type), `AUTODIFF_UNKNOWN` (a name that no value has).
 */
export function differentiate(builder: GraphBuilder, options: DifferentiateOptions): Gradients {
  const { loss, parameters, types, examples = 'batch', typicalLength = 128 } = options;
  for (const parameter of parameters) if (!builder.has(parameter)) throw unknownValue(parameter, 'parameter');
  if (!builder.has(loss)) throw unknownValue(loss, 'loss');
  assertLoss(loss, typeIn(types, loss), examples);
  const pass = backwardPass(builder, {
    loss,
    parameters,
    examples,
    typeOf: (value) => typeIn(types, value),
    rules: options.rules ? new Map([...defaultRules, ...options.rules]) : defaultRules,
  });
  const gramMatrices: GramMatrices = new Map();
  const byExample = (parameter: string, write: (target: GradientTarget, factors: ExampleFactors) => string): string => {
    const parts = pass.contributionsTo(parameter);
    const target = pass.target(parameter);
    return builder.scope('gradient', () => {
      const factors = exampleFactors(target, parts);
      if (factors === undefined) throw notPerExample(parameter);
      return write(target, factors);
    });
  };
  return {
    summed: (parameter) => pass.gradientOf(parameter),
    accumulated: (parameter, start) =>
      builder.scope('gradient', () => summedGradient(pass.target(parameter), pass.contributionsTo(parameter), start)),
    perExample: (parameter) => byExample(parameter, perExampleGradient),
    perExampleSquaredSum: (parameter) => byExample(parameter, squaredSum),
    perExampleSquaredNorm: (parameter) =>
      byExample(parameter, (target, factors) => squaredNorm(target, factors, gramMatrices, typicalLength)),
    recomputing: (checkpoints) => {
      const withGradients = checkpoints.map((value) => ({ value, gradient: pass.gradientOf(value) }));
      return recomputeBlocks(removeDead(builder.build(), { keepInputs: true }), pass.forward, withGradients, (value) =>
        pass.active.has(value),
      );
    },
  };
}

function assertLoss(loss: string, type: ValueType, examples: string): void {
  const floating = type.dataType === 'float32' || type.dataType === 'float64';
  const perExample = type.dims.length === 1 && type.dims[0] === examples;
  if (!floating || !(perExample || type.dims.every((dim) => dim === 1))) throw notScalar(loss, type);
}
