/** Token ids with their segments. */
interface Tokens {
  readonly inputIds: readonly number[];
  readonly tokenTypeIds: readonly number[];
}

/**
 * Cuts tokens off the end of the longer of two texts until everything fits; special tokens stay, also where they alone
 * are more than `maxLength`.
 *
 * @param full special tokens, first text, special tokens, and for a pair second text, special tokens.
 * @param firstLength tokens of the first text.
 * @param secondLength tokens of the second text; 0 where there is none.
 */
export function truncateLongestFirst(
  full: Tokens,
  firstLength: number,
  secondLength: number,
  maxLength: number,
): Tokens {
  const numSpecial = full.inputIds.length - firstLength - secondLength;
  const [first, second] = keptLengths(firstLength, secondLength, maxLength, numSpecial);
  // One special token opens the sequence, as in every BERT-like tokenizer; what is not text elsewhere stays too.
  const cut = (values: readonly number[]): number[] => {
    const afterFirst = 1 + firstLength;
    const secondEnd = values.length - 1;
    const secondStart = secondLength === 0 ? secondEnd : secondEnd - secondLength;
    return [
      ...values.slice(0, 1 + first),
      ...values.slice(afterFirst, secondStart),
      ...values.slice(secondStart, secondStart + second),
      ...values.slice(secondEnd),
    ];
  };
  return { inputIds: cut(full.inputIds), tokenTypeIds: cut(full.tokenTypeIds) };
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
