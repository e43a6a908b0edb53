import type { Node } from '@guided-dropout/onnx';

/** Operators whose outputs do not depend differentiably on any input: shapes, indices, comparisons, fresh noise. */
const nonDifferentiable: ReadonlySet<string> = new Set([
  'And',
  'ArgMax',
  'ArgMin',
  'Ceil',
  'Constant',
  'ConstantOfShape',
  'Equal',
  'EyeLike',
  'Floor',
  'Greater',
  'GreaterOrEqual',
  'IsInf',
  'IsNaN',
  'Less',
  'LessOrEqual',
  'NonZero',
  'Not',
  'OneHot',
  'Or',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'Range',
  'Round',
  'Shape',
  'Sign',
  'Size',
  'Xor',
]);

const integerCasts: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 9, 12, 13]);

/** Whether gradients stop at a node. */
export function isNonDifferentiable(node: Node): boolean {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return false;
  if (node.opType === 'Cast') {
    const to = node.attributes['to'];
    return to?.type === 'int' && integerCasts.has(Number(to.value));
  }
  return nonDifferentiable.has(node.opType);
}
