import type { GraphBuilder } from '@guided-dropout/onnx';
import { elementwise } from './elementwise.js';

const square = (builder: GraphBuilder, x: string): string => builder.op('Mul', [x, x]);
const reciprocalRoot = (builder: GraphBuilder, x: string): string =>
  builder.op('Reciprocal', [builder.op('Sqrt', [x])]);

/** y = tan x: y′ = 1 + y². */
export const tan = elementwise((builder, _x, y, number) => builder.op('Add', [number(1), square(builder, y)]));

/** y = arcsin x: y′ = 1/√(1 − x²). */
export const asin = elementwise((builder, x, _y, number) =>
  reciprocalRoot(builder, builder.op('Sub', [number(1), square(builder, x)])),
);

/** y = arccos x: y′ = −1/√(1 − x²). */
export const acos = elementwise((builder, x, _y, number) =>
  builder.op('Neg', [reciprocalRoot(builder, builder.op('Sub', [number(1), square(builder, x)]))]),
);

/** y = arctan x: y′ = 1/(1 + x²). */
export const atan = elementwise((builder, x, _y, number) =>
  builder.op('Reciprocal', [builder.op('Add', [number(1), square(builder, x)])]),
);

/** y = sinh x: y′ = cosh x. */
export const sinh = elementwise((builder, x) => builder.op('Cosh', [x]));

/** y = cosh x: y′ = sinh x. */
export const cosh = elementwise((builder, x) => builder.op('Sinh', [x]));

/** y = arsinh x: y′ = 1/√(x² + 1). */
export const asinh = elementwise((builder, x, _y, number) =>
  reciprocalRoot(builder, builder.op('Add', [square(builder, x), number(1)])),
);

/** y = arcosh x: y′ = 1/√(x² − 1). */
export const acosh = elementwise((builder, x, _y, number) =>
  reciprocalRoot(builder, builder.op('Sub', [square(builder, x), number(1)])),
);

/** y = artanh x: y′ = 1/(1 − x²). */
export const atanh = elementwise((builder, x, _y, number) =>
  builder.op('Reciprocal', [builder.op('Sub', [number(1), square(builder, x)])]),
);
