import { GuidedDropoutError, Random } from '@guided-dropout/core';
import { drawSentence } from '../grammar/sentence.js';
import { spell } from '../grammar/tree.js';
import { FAULTS, PHENOMENA, type Phenomenon } from './phenomena.js';

/** A sentence to judge, as in CoLA (Warstadt et al. 2019). */
export interface AcceptabilityExample {
  readonly sentence: string;
  /** 1 is acceptable. */
  readonly label: 0 | 1;
  /** What the pair is about; the acceptable member has it right. */
  readonly phenomenon: Phenomenon;
  /** Names the minimal pair: both members have it, no other example does. */
  readonly source: string;
}

export interface AcceptabilityOptions {
  readonly seed: number;
  /** How many minimal pairs, two examples each; a non-negative integer. */
  readonly numPairs: number;
}

/** Draws for one pair before giving up; the rarest phenomenon needs about fifty. */
const MAX_DRAWS = 100_000;

/**
 * Minimal pairs as single examples, the acceptable member of each pair first; the pairs take the phenomena in turn.
 *
 * No sentence occurs twice. Equal options give equal examples, and more pairs begin with the fewer of the same seed.
 *
 * @throws GuidedDropoutError `ACCEPTABILITY_SIZE` when `numPairs` is not a non-negative integer or more than can be found.
 */
export function generateAcceptability({ seed, numPairs }: AcceptabilityOptions): AcceptabilityExample[] {
  if (!Number.isSafeInteger(numPairs) || numPairs < 0) throw sizeError(String(numPairs));
  const random = new Random(seed).fork('acceptability');
  const seen = new Set<string>();
  return Array.from({ length: numPairs }, (_, pair) => {
    const phenomenon = PHENOMENA[pair % PHENOMENA.length]!;
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      const drawn = drawSentence(random);
      const broken = FAULTS[phenomenon](drawn);
      if (broken === undefined) continue;
      const members = [drawn.text, spell(broken)] as const;
      if (members.some((sentence) => seen.has(sentence))) continue;
      members.forEach((sentence) => seen.add(sentence));
      const source = `${phenomenon}-${pair}`;
      return members.map((sentence, i): AcceptabilityExample => ({
        sentence,
        label: i === 0 ? 1 : 0,
        phenomenon,
        source,
      }));
    }
    throw sizeError(`${numPairs}, of which ${pair} were found`);
  }).flat();
}

function sizeError(received: string): GuidedDropoutError {
  return new GuidedDropoutError('ACCEPTABILITY_SIZE', {
    where: 'generateAcceptability(numPairs)',
    expected: 'a non-negative integer within what the fragment can say',
    received,
    fix: 'Ask for fewer pairs.',
  });
}
