/** Token ids with their segments. */
interface Tokens {
  readonly inputIds: readonly number[];
  readonly tokenTypeIds: readonly number[];
}

/** Where a text's own tokens stand among special ones. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/**
 * Cuts tokens off the end of the longer of two texts until everything fits; special tokens stay, also where they alone
 * are more than `maxLength`.
 *
 * @param full the texts' tokens with special tokens before, between and behind them, or some of these.
 * @param second behind `first`; undefined where there is one text.
 */
export function truncateLongestFirst(full: Tokens, first: Span, second: Span | undefined, maxLength: number): Tokens {
  const numSpecial = full.inputIds.length - first.length - (second?.length ?? 0);
  const [firstKept, secondKept] = keptLengths(first.length, second?.length ?? 0, maxLength, numSpecial);
  const cut = (values: readonly number[]): number[] => {
    const beforeSecond = [
      ...values.slice(0, first.start + firstKept),
      ...values.slice(first.start + first.length, second?.start),
    ];
    if (second === undefined) return beforeSecond;
    const { start, length } = second;
    return [...beforeSecond, ...values.slice(start, start + secondKept), ...values.slice(start + length)];
  };
  return { inputIds: cut(full.inputIds), tokenTypeIds: cut(full.tokenTypeIds) };
}

/** Where the tokens of a text stand among others, from an index on; undefined where they do not. */
export function spanOf(text: readonly number[], tokens: readonly number[], from: number): Span | undefined {
  for (let start = from; start + text.length <= tokens.length; start++) {
    if (text.every((id, i) => tokens[start + i] === id)) return { start, length: text.length };
  }
  return undefined;
}

/**
 * How many tokens of each text are kept. Where both are cut they share the room evenly and the longer gets the odd token;
 * of two of one length, the second.
 *
 * This is the rule of the `tokenizers` library (0.23), which Python's fast tokenizers use; the older ones in Python
 * gave odd tokens to the first text. The library also cuts each text to `maxLength` before it compares their lengths.
 */
function keptLengths(
  first: number,
  second: number,
  maxLength: number,
  numSpecial: number,
): readonly [first: number, second: number] {
  const room = Math.max(0, maxLength - numSpecial);
  if (first + second <= room) return [first, second];
  const shorter = Math.min(first, second, Math.floor(room / 2));
  const firstIsLonger = Math.min(first, maxLength) > Math.min(second, maxLength);
  return firstIsLonger ? [room - shorter, shorter] : [shorter, room - shorter];
}
