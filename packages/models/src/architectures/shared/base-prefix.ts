import { GuidedDropoutError } from '@guided-dropout/core';
import type { Tensor } from '@guided-dropout/onnx';
import { sameTensor } from '../../checkpoint/same-tensor.js';

/**
 * A checkpoint's tensors under the names that `transformers` gives them today.
 *
 * @param modules of the base model: their parameters get `prefix`, in place of whichever they have.
 * @param otherPrefixes those that other heads give them. A checkpoint saved without a head has none.
 * @returns also `weight` and `bias` for what the first BERTs call `gamma` and `beta`.
 * @throws GuidedDropoutError `MODEL_WEIGHTS` where two tensors that differ get one name.
 */
export function withBasePrefix(
  stored: ReadonlyMap<string, Tensor>,
  modules: readonly string[],
  prefix: string,
  otherPrefixes: readonly string[],
  where: string,
): ReadonlyMap<string, Tensor> {
  const candidates = [prefix, ...otherPrefixes, ''];
  const origins = new Map<string, string>();
  const renamed = new Map<string, Tensor>();
  for (const [name, value] of stored) {
    const found = candidates.find((candidate) => isOfBase(name, modules, candidate));
    const prefixed = found === undefined ? name : `${prefix}${name.slice(found.length)}`;
    const today = prefixed.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');
    const same = renamed.get(today);
    if (same !== undefined && !sameTensor(same, value)) throw ambiguous(where, name, origins.get(today)!);
    renamed.set(today, value);
    origins.set(today, name);
  }
  return renamed;
}

/** Whether a name is of a tensor in one of the base model's modules. */
export function isOfBase(name: string, modules: readonly string[], prefix: string): boolean {
  return modules.some((module) => name.startsWith(`${prefix}${module}.`));
}

function ambiguous(where: string, name: string, other: string): GuidedDropoutError {
  return new GuidedDropoutError('MODEL_WEIGHTS', {
    where: `${where}, tensor '${name}'`,
    expected: `the shape and values of '${other}', which is another name of the same parameter`,
    received: 'others',
    fix: 'Leave in the file only the one that the model was trained with.',
  });
}
