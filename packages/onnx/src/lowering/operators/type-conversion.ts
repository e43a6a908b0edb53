import { int, readInt } from '../../attributes.js';
import { elementTypeCode } from '../../protobuf/element-types.js';
import type { Node } from '../../graph.js';
import { requiredInput, type Lowering, type LoweringContext } from '../lowering.js';
import { dataTypeOfCode } from '../../protobuf/element-types.js';

/** Cast: `saturate` of opset 19 concerns 8-bit floats only, which there are none of here. */
export const cast: Lowering = (context) => {
  const code = readInt(context.node, 'to', 0);
  if (dataTypeOfCode(code) === undefined && !OTHER_CODES_OF_OPSET_18.has(code)) {
    throw context.refuse({
      expected: 'a cast to an element type of opset 18',
      received: `the element type of number ${code}`,
      fix: 'Export the model in float32, not quantised.',
    });
  }
  return context.keep({ attributes: withoutSaturate(context) });
};

/** uint16, string, uint64 and complex numbers: no tensor has them here, but a graph may compute with them. */
const OTHER_CODES_OF_OPSET_18: ReadonlySet<number> = new Set([4, 8, 13, 14, 15]);

/** CastLike: a Cast where the type of its model is known. */
export const castLike: Lowering = (context) => {
  const { dataType } = context.type(requiredInput(context, 1));
  if (dataType === undefined) return context.keep({ attributes: withoutSaturate(context) });
  return [context.builder.op('Cast', [requiredInput(context, 0)], { to: int(elementTypeCode(dataType)) })];
};

function withoutSaturate(context: LoweringContext): Node['attributes'] {
  const { saturate: _saturate, ...attributes } = context.node.attributes;
  return attributes;
}
