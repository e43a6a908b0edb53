import { Random } from '@guided-dropout/core';
import {
  float32,
  GraphBuilder,
  int64,
  tensor,
  type Attribute,
  type Dimension,
  type Model,
  type Tensor,
} from '../../src/index.js';

/** One node, the version it is written at, and what it reads. */
export interface LoweringCase {
  readonly title: string;
  /** The key of its lowering: `OpType` or `domain.OpType`. */
  readonly key: string;
  /** The model's version of ai.onnx. */
  readonly opset: number;
  /** In the order of the node's inputs; undefined is an omitted one. */
  readonly inputs: readonly (CaseInput | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Outputs to compare; null is one the node omits. Default: the first. */
  readonly outputs?: readonly (string | null)[];
  /** What the operator computes, for those without a CPU kernel: its definition, written out. */
  readonly computes?: (feeds: readonly Tensor[]) => readonly (readonly number[])[];
  /** A case that computes the same, where the kernel fails on this form. */
  readonly likewise?: LoweringCase;
}

/** A tensor that is fed at run time, or held as a weight. */
export interface CaseInput {
  readonly value: Tensor;
  readonly isWeight?: boolean;
  /** Declared dimensions: `known` ones, all `dynamic` but the last (the default), or `none`. */
  readonly shape?: 'known' | 'dynamic' | 'none';
}

/** A fed tensor. */
export const fed = (value: Tensor, shape: CaseInput['shape'] = 'dynamic'): CaseInput => ({ value, shape });
/** A weight. */
export const weight = (value: Tensor): CaseInput => ({ value, isWeight: true });

/** Normal draws; equal titles give equal numbers. */
export function normals(title: string, ...dims: readonly number[]): Tensor<'float32'> {
  const random = new Random(7).fork(title);
  const count = dims.reduce((product, dim) => product * dim, 1);
  return float32(
    dims,
    Array.from({ length: count }, () => random.normal()),
  );
}

/** Integers as a tensor. */
export const int64s = (dims: readonly number[], ...values: readonly number[]): Tensor => int64(dims, values);
export const int32s = (dims: readonly number[], ...values: readonly number[]): Tensor =>
  tensor('int32', dims, Int32Array.from(values));
export const bools = (dims: readonly number[], ...values: readonly number[]): Tensor =>
  tensor('bool', dims, Uint8Array.from(values));

/** The name of a case's input. */
export const inputName = (index: number): string => `input_${index}`;

/** The model of a case: its node between inputs and outputs, in the version it asks for. */
export function modelOfCase(testCase: LoweringCase): Model {
  const builder = new GraphBuilder('case');
  const inputs = testCase.inputs.map((input, index) => {
    if (input === undefined) return '';
    if (input.isWeight === true) return builder.initializer(inputName(index), input.value);
    return builder.input(inputName(index), input.value.dataType, declaredDims(input, index));
  });
  const domain = testCase.key.includes('.') ? testCase.key.slice(0, testCase.key.lastIndexOf('.')) : '';
  const outputs = (testCase.outputs ?? ['result']).map((name) => name ?? '');
  builder.append({
    name: '/layer.0/node',
    opType: testCase.key.slice(testCase.key.lastIndexOf('.') + 1),
    domain,
    inputs,
    outputs,
    attributes: testCase.attributes ?? {},
  });
  for (const name of outputs) if (name !== '') builder.declareOutput({ name });
  return {
    graph: builder.build(),
    opsets: new Map([
      ['', testCase.opset],
      ['com.microsoft', 1],
    ]),
    irVersion: 9,
    producer: 'test',
    metadata: {},
  };
}

/** What is fed at run time, by name. */
export function feedsOf(testCase: LoweringCase): Record<string, Tensor> {
  return Object.fromEntries(
    testCase.inputs.flatMap((input, index) =>
      input === undefined || input.isWeight === true ? [] : [[inputName(index), input.value]],
    ),
  );
}

function declaredDims({ value, shape }: CaseInput, index: number): readonly Dimension[] | undefined {
  if (shape === 'none') return undefined;
  if (shape === 'known') return value.dims;
  return value.dims.map((dim, axis) => (axis + 1 === value.dims.length && axis > 0 ? dim : `size_${index}_${axis}`));
}
