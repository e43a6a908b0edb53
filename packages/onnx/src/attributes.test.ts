import { describe, expect, it } from 'vitest';
import { refusal } from '../test/refusal.js';
import { float, int, ints, readInt, readInts, string, type Attribute, type Node } from './index.js';

const nodeWith = (attributes: Record<string, Attribute>): Node => ({
  name: 'n',
  opType: 'Softmax',
  domain: '',
  inputs: [],
  outputs: [],
  attributes,
});

describe('readInt', () => {
  it('reads numbers and bigints, zero and negative ones too', () => {
    expect(readInt(nodeWith({ axis: int(2) }), 'axis', -1)).toBe(2);
    expect(readInt(nodeWith({ axis: int(0) }), 'axis', -1)).toBe(0);
    expect(readInt(nodeWith({ axis: int(-2) }), 'axis', -1)).toBe(-2);
    expect(readInt(nodeWith({ axis: { type: 'int', value: 3n } }), 'axis', -1)).toBe(3);
  });

  it("gives the operator's default where the attribute is absent", () => {
    expect(readInt(nodeWith({ other: int(2) }), 'axis', -1)).toBe(-1);
  });

  it.each([
    ['float', float(1)],
    ['string', string('1')],
    ['ints', ints([1])],
  ])('refuses a %s, naming node, attribute and both types', (type, attribute) => {
    const error = refusal(() => readInt(nodeWith({ axis: attribute }), 'axis', -1));
    expect(error.code).toBe('GRAPH_ATTRIBUTE');
    expect(error.report).toMatchObject({
      where: expect.stringMatching(/'n' \(Softmax\), attribute 'axis'/),
      expected: 'int',
      received: type,
    });
  });
});

describe('readInts', () => {
  it('reads lists, empty ones and bigints too', () => {
    expect(readInts(nodeWith({ perm: ints([1, 0]) }), 'perm')).toEqual([1, 0]);
    expect(readInts(nodeWith({ perm: ints([]) }), 'perm')).toEqual([]);
    expect(readInts(nodeWith({ perm: { type: 'ints', value: [2n, 1] } }), 'perm')).toEqual([2, 1]);
  });

  it('gives nothing where the attribute is absent', () => {
    expect(readInts(nodeWith({}), 'perm')).toBeUndefined();
  });

  it('refuses another type', () => {
    const error = refusal(() => readInts(nodeWith({ perm: int(1) }), 'perm'));
    expect(error.code).toBe('GRAPH_ATTRIBUTE');
    expect(error.report).toMatchObject({ expected: 'ints', received: 'int' });
  });
});
