import type { GrammaticalNumber } from '../lexicon/features.js';
import { BE } from '../lexicon/verbs.js';
import { finiteVerb } from './verb-group.js';
import type { Discourse } from './discourse.js';
import { mentionNoun, nounWord, placePhrase } from './noun-phrase.js';
import { phrase, plain, type Node } from './tree.js';

const INDEFINITE: Readonly<Record<GrammaticalNumber, readonly string[]>> = {
  singular: ['a'],
  plural: ['two', 'many', 'several'],
};

/** *there were two pies behind the boat*: the verb agrees with what follows it. */
export function existential(discourse: Discourse): Node[] {
  const number = discourse.chance(0.55) ? 'singular' : 'plural';
  const noun = mentionNoun(discourse, discourse.random.choose(['person', 'animal', 'thing', 'tool']));
  const agreement = { person: 3, number, gender: noun.gender } as const;
  const tense = discourse.chance(0.5) ? 'present' : 'past';
  const pivot = phrase(
    'noun-phrase',
    [{ type: 'determiner', text: discourse.random.choose(INDEFINITE[number]), number }, nounWord(noun, number)],
    { agreement },
  );
  return [plain('there'), finiteVerb(BE, tense, agreement), pivot, placePhrase(discourse)];
}
