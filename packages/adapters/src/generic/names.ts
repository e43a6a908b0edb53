import type { Node } from '@guided-dropout/onnx';

/** The module that a node belongs to, from the path that exporters give its name: `/h.0/mlp/dropout/Dropout` → `h.0.mlp.dropout`. */
export function modulePath(node: Node): string {
  const path = (node.name || node.outputs[0]!).split('/').filter((part) => part !== '');
  return (path.length > 1 ? path.slice(0, -1) : path).join('.');
}

/** What several paths begin with, in whole parts; the whole of a single one. */
export function commonPath(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('.'));
  const end = first.findIndex((part, i) => others.some((other) => other[i] !== part));
  return first.slice(0, end < 0 ? undefined : end).join('.');
}

/** The names; those that occur several times with `@0`, `@1`, … behind. */
export function distinct(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return names.indexOf(name) === names.lastIndexOf(name) ? name : `${name}@${count}`;
  });
}
