/** Singular or plural. */
export type GrammaticalNumber = 'singular' | 'plural';

/** `common` is a person of unstated gender: *the doctor* binds *himself* as well as *herself*. */
export type Gender = 'masculine' | 'feminine' | 'neuter' | 'common';

/** What a subject passes to its verb and to its reflexive. */
export interface Agreement {
  readonly person: 1 | 2 | 3;
  readonly number: GrammaticalNumber;
  readonly gender: Gender;
}

/** The semantic kinds verbs select their arguments by. */
export type NounKind = 'person' | 'animal' | 'thing' | 'tool' | 'place';

/** A common noun with its two forms. */
export interface Noun {
  readonly singular: string;
  readonly plural: string;
  readonly kind: NounKind;
  readonly gender: Gender;
}

/** A name; always third person singular. */
export interface Name {
  readonly text: string;
  readonly gender: 'masculine' | 'feminine';
}

/** `plain` is the present tense of every subject but the third person singular. */
export type VerbForm = 'base' | 'plain' | 'third' | 'past' | 'participle' | 'ing';

/** What a verb combines with. */
export type Frame =
  | 'auxiliary'
  | 'copula'
  | 'intransitive'
  | 'transitive'
  | 'ditransitive'
  | 'prepositional'
  | 'that-clause'
  | 'whether-clause'
  | 'infinitive';

/** A verb with its forms and what it asks of its arguments. */
export interface Verb {
  readonly forms: Readonly<Record<VerbForm, string>>;
  readonly frame: Frame;
  /** Kinds of subject it selects. */
  readonly subject: readonly NounKind[];
  /** Kinds of object (of the verb, or of its preposition) it selects. */
  readonly object: readonly NounKind[];
  /** Whether a transitive verb may stand without its object (*the chef ate*). */
  readonly objectOptional: boolean;
  /** The preposition a `prepositional` verb demands. */
  readonly preposition?: string;
  /** Takes *with* and a tool. */
  readonly instrument: boolean;
  /** Sounds natural with a reflexive object. */
  readonly reflexive: boolean;
  /** Has no progressive. */
  readonly stative: boolean;
}

/**
 * People, things, tools, places and deeds that go together; a sentence keeps to one scene.
 *
 * The first two of each list go together more closely: the first person does the first deed to the first thing.
 */
export interface Scene {
  readonly name: string;
  readonly people: readonly Noun[];
  readonly things: readonly Noun[];
  readonly tools: readonly Noun[];
  readonly places: readonly Noun[];
  readonly verbs: readonly Verb[];
  /** What people and animals, and what things, are often said to be. */
  readonly adjectives: { readonly animate: string; readonly inanimate: string };
}
