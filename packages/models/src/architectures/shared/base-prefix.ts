import type { Tensor } from '@guided-dropout/onnx';

/**
 * A checkpoint's tensors under the names that `transformers` gives them today.
 *
 * @param modules of the base model: their parameters get `prefix`, in place of whichever they have.
 * @param otherPrefixes those that other heads give them. A checkpoint saved without a head has none.
 * @returns also `weight` and `bias` for what the first BERTs call `gamma` and `beta`.
 */
export function withBasePrefix(
  stored: ReadonlyMap<string, Tensor>,
  modules: readonly string[],
  prefix: string,
  otherPrefixes: readonly string[],
): ReadonlyMap<string, Tensor> {
  const names = [...stored.keys()];
  const begins = (name: string, candidate: string): boolean =>
    modules.some((module) => name.startsWith(`${candidate}${module}.`));
  const found = [prefix, ...otherPrefixes, ''].find((candidate) => names.some((name) => begins(name, candidate)));
  return new Map(
    [...stored].map(([name, value]) => {
      const renamed = found !== undefined && begins(name, found) ? `${prefix}${name.slice(found.length)}` : name;
      return [renamed.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias'), value];
    }),
  );
}
