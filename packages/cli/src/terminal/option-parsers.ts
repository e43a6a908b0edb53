import { InvalidArgumentError } from 'commander';

/** A parser of a number in a range for a command-line option. */
export function numberIn(minimum: number, maximum: number, kind: 'closed' | 'openAbove' | 'openBelow' = 'closed') {
  const range = `${kind === 'openBelow' ? '(' : '['}${minimum}, ${maximum}${kind === 'openAbove' ? ')' : ']'}`;
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const inside =
      (kind === 'openBelow' ? value > minimum : value >= minimum) &&
      // Rates become 32-bit floats, in which 0.999999999 is 1.
      (kind === 'openAbove' ? Math.fround(value) < maximum : value <= maximum);
    if (inside) return value;
    throw new InvalidArgumentError(`Expected a number in ${range}, received '${text}'.`);
  };
}

/** A parser of an integer in [minimum, maximum] for a command-line option. */
export function integerIn(minimum: number, maximum: number) {
  return (text: string): number => {
    const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Expected an integer in [${minimum}, ${maximum}], received '${text}'.`);
  };
}

/** Seeds are non-negative 32-bit integers, which every part of a run can hold. */
export const seed = integerIn(0, 2 ** 32 - 1);
