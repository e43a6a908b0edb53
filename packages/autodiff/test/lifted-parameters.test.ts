import { float32, GraphBuilder, initializersToInputs, int, scalar } from '@guided-dropout/onnx';
import { probeTypes, Session } from '@guided-dropout/runtime';
import { expect, it } from 'vitest';
import { differentiate } from '../src/index.js';

it('gradients follow the values of scalar parameters that became inputs', async () => {
  const b = new GraphBuilder('scalars');
  const x = b.initializer('x', float32([2], [1, 1]));
  const w = b.initializer('w', float32([2], [1, 1]));
  const [first, second] = [b.initializer('first', scalar(2)), b.initializer('second', scalar(3))];
  // Scalars beside scalars, constant and learned, in both orders.
  const inner = b.op('Mul', [b.op('Mul', [b.op('Mul', [x, w]), first]), b.number(0.5, 'float32')]);
  const outer = b.op('Mul', [b.op('Mul', [inner, b.number(4, 'float32')]), second]);
  b.output(b.op('ReduceSum', [outer], { keepdims: int(0) }), 'float32', [], 'loss');
  const parameters = ['w', 'first', 'second'];
  const gradients = differentiate(b, { loss: 'loss', parameters, types: await probeTypes(b.build()) });
  for (const name of parameters) b.output(gradients.summed(name), 'float32', undefined, `gradient:${name}`);
  const session = await Session.create(initializersToInputs(b.build(), parameters).graph);
  const outputs = await session.run({ w: float32([2], [1, 1]), first: scalar(5), second: scalar(7) });
  await session.release();
  // loss = 2·(x₁w₁ + x₂w₂)·first·second.
  expect(Array.from(outputs['gradient:w']!.data, Number)).toEqual([70, 70]);
  expect(Array.from(outputs['gradient:first']!.data, Number)).toEqual([28]);
  expect(Array.from(outputs['gradient:second']!.data, Number)).toEqual([20]);
});
