import { GuidedDropoutError } from '@guided-dropout/core';
import type { Attribute, Node } from './graph.js';
import type { Tensor } from './tensor.js';

/** An integer attribute. */
export const int = (value: number): Attribute => ({ type: 'int', value });
/** A list-of-integers attribute. */
export const ints = (value: readonly number[]): Attribute => ({ type: 'ints', value });
/** A float attribute. */
export const float = (value: number): Attribute => ({ type: 'float', value });
/** A string attribute. */
export const string = (value: string): Attribute => ({ type: 'string', value });
/** A tensor attribute. */
export const tensorAttribute = (value: Tensor): Attribute => ({ type: 'tensor', value });

/**
 * The value of a node's integer attribute, or the operator's default.
 *
 * @throws GuidedDropoutError `GRAPH_ATTRIBUTE` when it has another type.
 */
export function readInt(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  if (attribute === undefined) return otherwise;
  if (attribute.type !== 'int') throw wrongType(node, name, 'int', attribute.type);
  return Number(attribute.value);
}

/** The value of a node's float attribute, or the operator's default. Errors as {@link readInt}. */
export function readFloat(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name];
  if (attribute === undefined) return otherwise;
  if (attribute.type !== 'float') throw wrongType(node, name, 'float', attribute.type);
  return attribute.value;
}

/** The value of a node's list-of-integers attribute; undefined when absent. Errors as {@link readInt}. */
export function readInts(node: Node, name: string): number[] | undefined {
  const attribute = node.attributes[name];
  if (attribute === undefined) return undefined;
  if (attribute.type !== 'ints') throw wrongType(node, name, 'ints', attribute.type);
  return attribute.value.map(Number);
}

function wrongType(node: Node, name: string, expected: string, received: string): GuidedDropoutError {
  return new GuidedDropoutError('GRAPH_ATTRIBUTE', {
    where: `node '${node.name}' (${node.opType}), attribute '${name}'`,
    expected,
    received,
    fix: 'Check the program that wrote the graph.',
  });
}
