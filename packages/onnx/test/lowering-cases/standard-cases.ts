// Every standard operator that opsets 13 to 23 write differently from opset 18, at the versions where it changed.
import { float, float32, int, ints, string } from '../../src/index.js';
import { bools, fed, int32s, int64s, normals, weight, type LoweringCase } from './lowering-case.js';

const x = normals('x', 2, 3, 4);
const reductions = ['L1', 'L2', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'];

const reductionCases = reductions.flatMap((name): LoweringCase[] => [
  {
    title: `Reduce${name} with axes as an attribute`,
    key: `Reduce${name}`,
    opset: 13,
    inputs: [fed(x)],
    attributes: { axes: ints([0, -1]), keepdims: int(0) },
  },
  { title: `Reduce${name} over all axes`, key: `Reduce${name}`, opset: 17, inputs: [fed(x)] },
  {
    title: `Reduce${name} with axes as an input`,
    key: `Reduce${name}`,
    opset: 20,
    inputs: [fed(x), weight(int64s([1], 1))],
    attributes: { keepdims: int(1) },
  },
]);

const positive = float32([2, 3], [1, 2, 3, 4, 5, 6]);

/** Cases of ai.onnx operators that are no fusions. */
export const standardCases: readonly LoweringCase[] = [
  ...reductionCases,
  {
    title: 'ReduceLogSum with axes as an attribute',
    key: 'ReduceLogSum',
    opset: 13,
    inputs: [fed(positive)],
    attributes: { axes: ints([1]) },
  },
  {
    title: 'Split into equal parts',
    key: 'Split',
    opset: 13,
    inputs: [fed(x)],
    attributes: { axis: int(-1) },
    outputs: ['a', 'b'],
  },
  {
    title: 'Split by sizes',
    key: 'Split',
    opset: 17,
    inputs: [fed(x), weight(int64s([2], 1, 3))],
    attributes: { axis: int(2) },
    outputs: ['a', 'b'],
  },
  {
    title: 'Split with num_outputs',
    key: 'Split',
    opset: 20,
    inputs: [fed(x)],
    attributes: { axis: int(1), num_outputs: int(2) },
    outputs: ['a', 'b'],
  },
  { title: 'Pad before axes', key: 'Pad', opset: 13, inputs: [fed(x), weight(int64s([6], 0, 0, 1, 0, 0, 2))] },
  {
    title: 'Pad with axes and a value',
    key: 'Pad',
    opset: 19,
    inputs: [fed(x), weight(int64s([2], 1, 1)), weight(float32([], [9])), weight(int64s([1], -1))],
  },
  {
    title: 'Pad by reflection at opset 23',
    key: 'Pad',
    opset: 23,
    inputs: [fed(x), weight(int64s([2], 1, 2)), undefined, weight(int64s([1], 2))],
    attributes: { mode: string('reflect') },
  },
  {
    title: 'Cast with saturate',
    key: 'Cast',
    opset: 19,
    inputs: [fed(x)],
    attributes: { to: int(7), saturate: int(1) },
  },
  {
    title: 'Cast at opset 23',
    key: 'Cast',
    opset: 23,
    inputs: [fed(int64s([3], 0, 2, -1))],
    attributes: { to: int(9) },
  },
  {
    title: 'CastLike to a known type',
    key: 'CastLike',
    opset: 15,
    inputs: [fed(int64s([3], 1, 2, 3)), weight(float32([1], [0]))],
  },
  {
    title: 'CastLike with saturate',
    key: 'CastLike',
    opset: 21,
    inputs: [fed(x), fed(int32s([1], 0))],
    attributes: { saturate: int(1) },
  },
  { title: 'Identity of a weight', key: 'Identity', opset: 21, inputs: [weight(x)] },
  { title: 'Identity of an input', key: 'Identity', opset: 14, inputs: [fed(x)] },
  {
    title: 'GridSample, linear under its new name',
    key: 'GridSample',
    opset: 20,
    inputs: [fed(normals('image', 1, 2, 3, 3)), fed(normals('grid', 1, 2, 2, 2))],
    attributes: { mode: string('linear') },
  },
  {
    title: 'GridSample, cubic under its new name',
    key: 'GridSample',
    opset: 22,
    inputs: [fed(normals('image', 1, 2, 3, 3)), fed(normals('grid', 1, 2, 2, 2))],
    attributes: { mode: string('cubic') },
  },
  {
    title: 'GridSample at opset 16',
    key: 'GridSample',
    opset: 16,
    inputs: [fed(normals('image', 1, 2, 3, 3)), fed(normals('grid', 1, 2, 2, 2))],
  },
  {
    title: 'RoiAlign without the half pixel',
    key: 'RoiAlign',
    opset: 13,
    inputs: [fed(normals('image', 1, 2, 5, 5)), fed(float32([1, 4], [0.3, 0.4, 3.1, 3.7])), fed(int64s([1], 0))],
    attributes: { output_height: int(2), output_width: int(2), sampling_ratio: int(2) },
  },
  {
    title: 'RoiAlign with the half pixel',
    key: 'RoiAlign',
    opset: 16,
    inputs: [fed(normals('image', 1, 2, 5, 5)), fed(float32([1, 4], [0.3, 0.4, 3.1, 3.7])), fed(int64s([1], 0))],
    attributes: { output_height: int(2), output_width: int(2), sampling_ratio: int(2) },
  },
  {
    title: 'AveragePool at opset 19',
    key: 'AveragePool',
    opset: 19,
    inputs: [fed(normals('image', 1, 2, 5, 5))],
    attributes: { kernel_shape: ints([2, 2]), dilations: ints([1, 1]) },
  },
  {
    title: 'BatchNormalization of inference before opset 14',
    key: 'BatchNormalization',
    opset: 13,
    inputs: [
      fed(normals('image', 2, 3, 4)),
      ...['scale', 'shift', 'mean'].map((title) => weight(normals(title, 3))),
      weight(float32([3], [1, 2, 0.5])),
    ],
    attributes: { epsilon: float(1e-3) },
  },
  {
    title: 'DFT before opset 20',
    key: 'DFT',
    opset: 17,
    inputs: [fed(normals('signal', 1, 4, 1))],
    attributes: { axis: int(1) },
  },
  {
    title: 'GroupNormalization of opset 18',
    key: 'GroupNormalization',
    opset: 18,
    inputs: [fed(normals('image', 2, 4, 3), 'known'), weight(normals('scale', 2)), weight(normals('shift', 2))],
    attributes: { num_groups: int(2) },
  },
];

/** Operators that later opsets restate without changing what opset 18 computes: they pass as they are. */
export const unchangedCases: readonly LoweringCase[] = [
  { title: 'Equal at opset 19', key: 'Equal', opset: 19, inputs: [fed(int64s([3], 1, 2, 3)), fed(int64s([1], 2))] },
  { title: 'IsNaN at opset 20', key: 'IsNaN', opset: 20, inputs: [fed(float32([2], [1, Number.NaN]))] },
  { title: 'IsInf at opset 20', key: 'IsInf', opset: 20, inputs: [fed(float32([2], [1, -Infinity]))] },
  { title: 'Relu at opset 13', key: 'Relu', opset: 13, inputs: [fed(x)] },
  { title: 'Add at opset 13', key: 'Add', opset: 13, inputs: [fed(x), fed(normals('y', 4))] },
  { title: 'HardSwish at opset 22', key: 'HardSwish', opset: 22, inputs: [fed(x)] },
  { title: 'Mish at opset 22', key: 'Mish', opset: 22, inputs: [fed(x)] },
  { title: 'Dropout at opset 22', key: 'Dropout', opset: 22, inputs: [fed(x)] },
  { title: 'Softmax at opset 13', key: 'Softmax', opset: 13, inputs: [fed(x)], attributes: { axis: int(1) } },
  { title: 'Where at opset 13', key: 'Where', opset: 13, inputs: [fed(bools([3, 1], 1, 0, 1)), fed(x), fed(x)] },
  {
    title: 'ReduceSum at opset 13',
    key: 'ReduceSum',
    opset: 13,
    inputs: [fed(x), weight(int64s([1], 1))],
    attributes: { keepdims: int(0) },
  },
  {
    title: 'Reshape at opset 13',
    key: 'Reshape',
    opset: 13,
    inputs: [fed(x), weight(int64s([3], 0, -1, 2))],
  },
  {
    title: 'Reshape with allowzero at opset 23',
    key: 'Reshape',
    opset: 23,
    inputs: [fed(x), weight(int64s([3], 2, 2, 6))],
    attributes: { allowzero: int(1) },
  },
  {
    title: 'Shape with start and end at opset 21',
    key: 'Shape',
    opset: 21,
    inputs: [fed(x)],
    attributes: { start: int(1), end: int(-1) },
  },
  {
    title: 'Trilu at opset 14',
    key: 'Trilu',
    opset: 14,
    inputs: [fed(x), weight(int64s([], 1))],
    attributes: { upper: int(0) },
  },
  {
    title: 'LayerNormalization at opset 17',
    key: 'LayerNormalization',
    opset: 17,
    inputs: [fed(x), weight(normals('scale', 4)), weight(normals('shift', 4))],
  },
  {
    title: 'LayerNormalization before opset 17, as ONNX Runtime has it',
    key: 'LayerNormalization',
    opset: 14,
    inputs: [fed(x), weight(normals('scale', 4)), weight(normals('shift', 4))],
    attributes: { epsilon: float(1e-3) },
  },
  {
    title: 'Squeeze at opset 21',
    key: 'Squeeze',
    opset: 21,
    inputs: [fed(normals('column', 2, 1, 3)), weight(int64s([1], 1))],
  },
  {
    title: 'Transpose at opset 23',
    key: 'Transpose',
    opset: 23,
    inputs: [fed(x)],
    attributes: { perm: ints([0, 2, 1]) },
  },
  {
    title: 'ScatterND at opset 13',
    key: 'ScatterND',
    opset: 13,
    inputs: [fed(normals('row', 4)), fed(int64s([2, 1], 1, 3)), fed(float32([2], [5, 6]))],
  },
  {
    title: 'ConstantOfShape at opset 21',
    key: 'ConstantOfShape',
    opset: 21,
    inputs: [fed(int64s([2], 2, 3))],
  },
];
