import { GuidedDropoutError } from '@guided-dropout/core';
import { GraphBuilder } from '@guided-dropout/onnx';
import { differentiate } from '../../src/index.js';
import { lossOf } from '../rule-cases/rule-case.js';
import type { RefusedCase } from '../rule-cases/refused.js';
import type { Attempt } from '../rule-checks.js';

/** Expects `AUTODIFF_UNSUPPORTED` at the node that cannot be differentiated. */
export async function prepareRefused({ emit, message }: RefusedCase, rule: string): Promise<Attempt> {
  const { graph, parameters, types } = await lossOf(emit);
  return async (rules) => {
    try {
      differentiate(GraphBuilder.from({ ...graph, outputs: [] }), {
        loss: 'loss',
        parameters,
        types,
        ...(rules && { rules }),
      });
    } catch (error) {
      if (!(error instanceof GuidedDropoutError)) throw error;
      const isRight = error.code === 'AUTODIFF_UNSUPPORTED' && message.test(error.message);
      return isRight && error.message.includes(`(${rule})`) ? undefined : error.message;
    }
    return 'no refusal';
  };
}
