// ONNX Runtime judges: a model and what it is lowered to compute the same, case by case.
import { expect, test } from 'vitest';
import { attentionCases } from '../../test/lowering-cases/attention-cases.js';
import { fusionCases } from '../../test/lowering-cases/fusion-cases.js';
import { fed, feedsOf, int32s, modelOfCase, type LoweringCase } from '../../test/lowering-cases/lowering-case.js';
import { standardCases, unchangedCases } from '../../test/lowering-cases/standard-cases.js';
import { runModel, type Outputs } from '../../test/lowering-cases/run-model.js';
import { modelOf } from '../graph.js';
import { defaultLowerings } from './default-lowerings.js';
import { lowerModel } from './lower-model.js';
import { quantised } from './operators/quantised.js';
import { refusals } from './operators/refusals.js';

const cases = [...standardCases, ...unchangedCases, ...fusionCases, ...attentionCases];

/** Operators ONNX Runtime has no WebGPU kernel for; a Dropout stays where there was one. */
const absentFromWebGpu: ReadonlySet<string> = new Set(['LogSoftmax', 'Mod', 'OneHot', 'Sign', 'Sum']);

async function expectedOf(testCase: LoweringCase): Promise<Outputs> {
  const { computes, likewise = testCase } = testCase;
  if (computes === undefined) return runModel(modelOfCase(likewise), feedsOf(likewise));
  const names = (testCase.outputs ?? ['result']).filter((name) => name !== null);
  const values = computes(Object.values(feedsOf(testCase)));
  return Object.fromEntries(names.map((name, index) => [name, { dims: [], values: values[index]! }]));
}

test.each(cases.map((testCase) => [testCase.title, testCase] as const))('%s', async (_, testCase) => {
  const model = modelOfCase(testCase);
  const lowered = lowerModel(model);
  for (const node of lowered.nodes) expect(node.domain).toBe('');
  const emitted = lowered.nodes.map((node) => node.opType).filter((opType) => opType !== testCase.key);
  expect(emitted.filter((opType) => absentFromWebGpu.has(opType))).toEqual([]);
  expect(lowered.inputs).toEqual(model.graph.inputs);
  expect(lowered.outputs).toEqual(model.graph.outputs);
  const expected = await expectedOf(testCase);
  const received = await runModel(modelOf(lowered), feedsOf(testCase));
  expect(Object.keys(received).toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [name, { dims, values }] of Object.entries(expected)) {
    if (testCase.computes === undefined) expect(received[name]!.dims).toEqual(dims);
    expect(received[name]!.values).toHaveLength(values.length);
    values.forEach((value, index) => {
      const actual = received[name]!.values[index]!;
      // Numbers of size one, through sums of up to a hundred float32 products in another order: 100 · 2⁻²⁴ ≈ 6e-6.
      if (Number.isFinite(value))
        expect(Math.abs(actual - value), `${name}[${index}]`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
      else expect(actual).toBe(value);
    });
  }
});

test('every lowering that does not only refuse has a case', () => {
  const covered = new Set(cases.map((testCase) => testCase.key));
  const refusedAlways = ['AffineGrid', 'DeformConv', 'ImageDecoder', 'RegexFullMatch', 'StringConcat', 'StringSplit'];
  const refusing = new Set([...quantised.keys(), ...refusedAlways]);
  const missing = [...defaultLowerings.keys()].filter((key) => !covered.has(key) && !refusing.has(key));
  expect(missing).toEqual([]);
  expect(refusedAlways.filter((key) => !refusals.has(key))).toEqual([]);
});

test('grouped queries before the padding at the end of an example', async () => {
  const plain = attentionCases.find((testCase) => testCase.title === 'GroupQueryAttention plain')!;
  // The second example has two tokens of three; what the kernel gives for the third is not defined.
  const inputs = plain.inputs.map((input, index) => (index === 5 ? fed(int32s([2], 2, 1)) : input));
  const testCase = { ...plain, inputs };
  const expected = await runModel(modelOfCase(testCase), feedsOf(testCase));
  const received = await runModel(modelOf(lowerModel(modelOfCase(testCase))), feedsOf(testCase));
  const hidden = 64;
  for (let index = 0; index < 5 * hidden; index++) {
    // As above.
    expect(Math.abs(received['result']!.values[index]! - expected['result']!.values[index]!)).toBeLessThan(1e-5);
  }
});
