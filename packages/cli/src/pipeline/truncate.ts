/** Token ids with their segments. */
interface Tokens {
  readonly inputIds: readonly number[];
  readonly tokenTypeIds: readonly number[];
}

/**
 * Cuts tokens off the end of the longer of two texts until everything fits; special tokens stay.
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
  let [first, second] = [firstLength, secondLength];
  for (let excess = full.inputIds.length - maxLength; excess > 0 && first + second > 0; excess--) {
    if (first > second) first--;
    else second--;
  }
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
