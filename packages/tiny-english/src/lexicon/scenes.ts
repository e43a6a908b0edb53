import type { Noun, NounKind, Scene, Verb } from './features.js';
import { noun, verb, type VerbTraits } from './inflection.js';

/** The scenes: what makes a masked content word predictable from words far away. */
export const SCENES: readonly Scene[] = [
  scene('kitchen', {
    adjectives: { animate: 'hungry', inanimate: 'small' },
    people: ['chef', 'baker'],
    things: ['cake', 'pie', 'cookie'],
    tools: ['spoon', noun('knife', 'tool', 'neuter', 'knives')],
    places: ['kitchen', 'restaurant'],
    verbs: [deed('eat ate eaten', { objectOptional: true, instrument: true }), deed('slice', { instrument: true })],
  }),
  scene('farm', {
    adjectives: { animate: 'tired', inanimate: 'heavy' },
    people: ['farmer', 'shepherd'],
    things: ['carrot', 'pumpkin', 'potato'],
    tools: ['rake', 'shovel'],
    places: ['field', 'barn'],
    verbs: [deed('grow grew grown', { objectOptional: true, instrument: true }), deed('bury', { instrument: true })],
  }),
  scene('studio', {
    adjectives: { animate: 'clever', inanimate: 'expensive' },
    people: ['painter', 'artist'],
    things: ['portrait', 'statue', 'picture'],
    tools: ['pencil', 'brush'],
    places: [noun('studio', 'place', 'neuter', 'studios'), 'museum'],
    verbs: [deed('draw drew drawn', { objectOptional: true, instrument: true }), deed('restore', { instrument: true })],
  }),
  scene('hospital', {
    adjectives: { animate: 'brave', inanimate: 'strange' },
    people: ['doctor', 'nurse'],
    things: ['wound', 'bruise', 'injury'],
    tools: ['syringe', 'bandage'],
    places: ['hospital', 'clinic'],
    verbs: [deed('examine', { instrument: true }), deed('treat', { instrument: true })],
  }),
  scene('school', {
    adjectives: { animate: 'young', inanimate: 'new' },
    people: ['teacher', 'student'],
    things: ['letter', 'poem', 'essay'],
    tools: ['pen', 'crayon'],
    places: ['school', 'library'],
    verbs: [
      deed('write wrote written', { objectOptional: true, instrument: true }),
      deed('correct', { instrument: true }),
    ],
  }),
  scene('stage', {
    adjectives: { animate: 'happy', inanimate: 'beautiful' },
    people: ['singer', 'musician'],
    things: ['song', 'melody', 'opera'],
    tools: ['guitar', 'violin'],
    places: ['theater', 'church'],
    verbs: [
      deed('sing sang sung', { objectOptional: true }),
      deed('perform', { objectOptional: true, instrument: true }),
    ],
  }),
  scene('harbor', {
    adjectives: { animate: 'old', inanimate: 'old' },
    people: ['sailor', 'captain'],
    things: ['boat', 'raft', 'canoe'],
    tools: ['oar', 'rope'],
    places: ['harbor', 'island'],
    verbs: [deed('steer', { objectOptional: true, instrument: true }), deed('rescue', { instrument: true })],
  }),
];

/** A transitive verb of the scene's people upon the scene's things. */
function deed(principalParts: string, traits: VerbTraits = {}): Verb {
  return verb(principalParts, 'transitive', { object: ['thing'], ...traits });
}

interface SceneWords {
  readonly people: readonly string[];
  readonly things: readonly string[];
  readonly tools: readonly (string | Noun)[];
  readonly places: readonly (string | Noun)[];
  readonly verbs: readonly Verb[];
  readonly adjectives: Scene['adjectives'];
}

function scene(name: string, words: SceneWords): Scene {
  const nouns = (entries: readonly (string | Noun)[], kind: NounKind): Noun[] =>
    entries.map((entry) =>
      typeof entry === 'string' ? noun(entry, kind, kind === 'person' ? 'common' : 'neuter') : entry,
    );
  return {
    name,
    people: nouns(words.people, 'person'),
    things: nouns(words.things, 'thing'),
    tools: nouns(words.tools, 'tool'),
    places: nouns(words.places, 'place'),
    verbs: words.verbs,
    adjectives: words.adjectives,
  };
}
