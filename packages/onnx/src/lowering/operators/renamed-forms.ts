import { int, string } from '../../attributes.js';
import { requiredInput, type Lowering } from '../lowering.js';

/** Split: from opset 18 on a node without sizes says into how many parts. */
export const split: Lowering = (context) => {
  const { node } = context;
  if (context.input(1) !== undefined || node.attributes['num_outputs'] !== undefined) return context.keep();
  return context.keep({
    inputs: node.inputs.slice(0, 1),
    attributes: { ...node.attributes, num_outputs: int(node.outputs.length) },
  });
};

/** Pad: opset 18 has every mode but `wrap` of opset 19. */
export const pad: Lowering = (context) => {
  const mode = context.node.attributes['mode'];
  if (mode?.type !== 'string' || mode.value !== 'wrap') return context.keep();
  throw context.refuse({
    expected: "mode 'constant', 'reflect' or 'edge'",
    received: "'wrap'",
    fix: 'Write the wrapped padding as a Concat of Slices before exporting.',
  });
};

/** GridSample: its modes were renamed in opset 20. */
export const gridSample: Lowering = (context) => {
  if (context.opset < 20) return context.keep();
  const mode = context.node.attributes['mode'];
  const name = mode?.type === 'string' ? mode.value : 'linear';
  const before =
    new Map([
      ['linear', 'bilinear'],
      ['cubic', 'bicubic'],
    ]).get(name) ?? name;
  return context.keep({ attributes: { ...context.node.attributes, mode: string(before) } });
};

/** RoiAlign: before opset 16 coordinates were not shifted by half a pixel, from then on they are unless told. */
export const roiAlign: Lowering = (context) => {
  if (context.opset >= 16) return context.keep();
  const attributes = { ...context.node.attributes, coordinate_transformation_mode: string('output_half_pixel') };
  return context.keep({ attributes });
};

/** Identity: whoever reads a copy of an initializer reads the initializer, as tied weights are meant. */
export const identity: Lowering = (context) => {
  const value = requiredInput(context, 0);
  return context.constant(value) === undefined ? context.keep() : [value];
};
