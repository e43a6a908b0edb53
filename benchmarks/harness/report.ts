/** One line of a benchmark's output. */
export interface Row {
  readonly benchmark: string;
  readonly case: string;
  readonly [field: string]: unknown;
}

/** Writes a result as a JSON line; numbers keep four digits. */
export function report(row: Row): void {
  const rounded = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  process.stdout.write(`${JSON.stringify(row, rounded)}\n`);
}

/** Tells people, not programs, what is going on. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
