/**
 * Names with dots, in few characters: what several share is written once, as a shell's braces would expand it.
 *
 * @example nameList(['a.query.weight', 'a.query.bias', 'a.key.weight', 'a.key.bias']) // 'a.{query,key}.{weight,bias}'
 */
export function nameList(names: readonly string[]): string {
  return patterns(names.map((name) => name.split('.'))).join(', ');
}

/** Names that differ in one part only become one, from the last part to the first. */
function patterns(names: readonly (readonly string[])[]): string[] {
  let rows = names;
  const longest = Math.max(0, ...names.map((parts) => parts.length));
  for (let fromEnd = 1; fromEnd <= longest; fromEnd++) rows = mergedAt(rows, fromEnd);
  return rows.map((parts) => parts.join('.'));
}

function mergedAt(rows: readonly (readonly string[])[], fromEnd: number): string[][] {
  const groups = new Map<string, { readonly row: readonly string[]; readonly variants: string[] }>();
  for (const row of rows) {
    const at = row.length - fromEnd;
    const key = JSON.stringify(row.map((part, i) => (i === at ? null : part)));
    const group = groups.get(key) ?? { row, variants: [] };
    groups.set(key, group);
    if (at >= 0) group.variants.push(row[at]!);
  }
  return Array.from(groups.values(), ({ row, variants }) =>
    variants.length < 2 ? [...row] : row.with(row.length - fromEnd, `{${variants.join(',')}}`),
  );
}
