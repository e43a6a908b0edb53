// A second, independent description of the fragment: a top-down recogniser over spelled words. It shares the lexicon's
// spellings with the generator and nothing else: no tree, no agreement code, no verb-group code. It knows no semantics
// (whatever the verb, any noun will do), so that a sentence it rejects is ill-formed whatever its words mean.
import {
  ADJECTIVES,
  ADVERBS,
  DETERMINERS,
  POSSESSIVES,
  PRONOUNS,
  SUBORDINATORS,
} from '../src/lexicon/function-words.js';
import { NAMES } from '../src/lexicon/nouns.js';
import { ALL_NOUNS, LEXICAL_VERBS } from '../src/lexicon/word-forms.js';

interface Agreement {
  person: number;
  plural: boolean;
  gender?: string;
}
interface Noun {
  end: number;
  agreement: Agreement;
  asSubject: boolean;
  asObject: boolean;
  negative: boolean;
}
interface Entry {
  base: string;
  frame: string;
  optional: boolean;
  preposition?: string;
  form: string;
}
/** An end position, and how many gaps were passed on the way there. */
interface Reach {
  end: number;
  gaps: number;
}
interface ClauseSetting {
  question: boolean;
  root: boolean;
}

const verbs = new Map<string, Entry[]>();
for (const verb of LEXICAL_VERBS) {
  for (const [form, text] of Object.entries(verb.forms)) {
    const entry: Entry = { base: verb.forms.base, frame: verb.frame, optional: verb.objectOptional, form };
    if (verb.preposition !== undefined) entry.preposition = verb.preposition;
    verbs.set(text, [...(verbs.get(text) ?? []), entry]);
  }
}
const nouns = new Map<string, { plural: boolean; gender: string }>(
  ALL_NOUNS.flatMap((noun) => [
    [noun.singular, { plural: false, gender: noun.gender }] as const,
    [noun.plural, { plural: true, gender: noun.gender }] as const,
  ]),
);
const names = new Map(NAMES.map((name) => [name.text, name.gender]));
const adjectives = new Set<string>(Object.values(ADJECTIVES).flat());
const determiners = new Map<string, boolean | undefined>([
  ...DETERMINERS.map(({ text, number }) => [text, number && number === 'plural'] as const),
  ...POSSESSIVES.map((text) => [text, undefined] as const),
  ['an', false],
  ['no', undefined],
]);
const MODALS = ['can', 'must', 'should', 'will'];
const BE: Entry = { base: 'be', frame: 'copula', optional: false, form: '' };

/** Whether the fragment's syntax allows a sentence, given as words separated by spaces. */
export function recognises(sentence: string): boolean {
  return new Recogniser(sentence.split(' ')).sentence();
}

class Recogniser {
  constructor(private readonly words: readonly string[]) {}

  sentence(): boolean {
    const last = this.words.length - 1;
    if (
      this.words.some(
        (word, i) => (word === 'an' || word === 'a') && (word === 'an') !== /^[aeiou]/.test(this.words[i + 1]!),
      )
    ) {
      return false;
    }
    if (this.words[last] === '.') return this.statement(last);
    return this.words[last] === '?' && this.question(last);
  }

  private statement(last: number): boolean {
    const root = { question: false, root: true };
    const nested = { question: false, root: false };
    if (this.clause(0, root).some(({ end, gaps }) => end === last && gaps === 0)) return true;
    if (this.words[0] === 'there') return this.existential(last);
    return this.clause(0, nested).some(
      ({ end, gaps }) =>
        gaps === 0 &&
        this.is(end, SUBORDINATORS) &&
        this.clause(end + 1, nested).some((second) => second.end === last && second.gaps === 0),
    );
  }

  private existential(last: number): boolean {
    return this.simpleNoun(2).some(({ end, agreement }) => {
      const singular = this.is(1, ['is', 'was']);
      if (!singular && !this.is(1, ['are', 'were'])) return false;
      return singular !== agreement.plural && this.placePhrase(end).includes(last);
    });
  }

  private question(last: number): boolean {
    const setting = { question: true, root: true };
    const ends = (reaches: Reach[], gaps: number): boolean =>
      reaches.some((reach) => reach.end === last && reach.gaps === gaps);
    if (this.is(0, ['where', 'when', 'why'])) return ends(this.inverted(1, setting), 0);
    const asked: { end: number; agreement: Agreement }[] = [];
    if (this.is(0, ['who', 'what'])) asked.push({ end: 1, agreement: { person: 3, plural: false } });
    const noun = this.is(0, ['which']) ? nouns.get(this.words[1]!) : undefined;
    if (noun) asked.push({ end: 2, agreement: { person: 3, ...noun } });
    return (
      ends(this.inverted(0, setting), 0) ||
      asked.some(({ end, agreement }) => {
        const subject = { agreement: end === 1 ? { person: 3, plural: false } : agreement, negative: false };
        return (
          ends(this.predicate(end, subject, { question: false, root: true }), 0) || ends(this.inverted(end, setting), 1)
        );
      })
    );
  }

  private clause(start: number, setting: ClauseSetting): Reach[] {
    return this.nounPhrase(start)
      .filter(({ asSubject }) => asSubject)
      .flatMap((subject) => this.predicate(subject.end, subject, setting));
  }

  /** A finite verb group and its complements behind a subject (or where the subject is missing). */
  private predicate(
    start: number,
    subject: { agreement: Agreement; negative: boolean },
    setting: ClauseSetting,
  ): Reach[] {
    const { agreement } = subject;
    const early = this.is(start, ADVERBS.frequency) ? start + 1 : start;
    const lexical = this.finiteVerbs(early, agreement).flatMap((verb) =>
      this.complements(early + 1, verb, false, agreement),
    );
    return [
      ...lexical,
      ...(this.auxiliaryAgrees(start, agreement) ? this.afterAuxiliary(start, start + 1, subject, setting) : []),
    ];
  }

  private inverted(start: number, setting: ClauseSetting): Reach[] {
    return this.nounPhrase(start + 1)
      .filter(({ asSubject, agreement }) => asSubject && this.auxiliaryAgrees(start, agreement))
      .flatMap((subject) => this.afterAuxiliary(start, subject.end, subject, setting));
  }

  /** What follows a finite auxiliary standing at `auxiliary`: negation, adverb, *ever*, then what it governs. */
  private afterAuxiliary(
    auxiliary: number,
    start: number,
    { agreement, negative }: { agreement: Agreement; negative: boolean },
    { question, root }: ClauseSetting,
  ): Reach[] {
    let at = start;
    const negated = this.is(at, ['not']);
    if (negated) at++;
    // Emphatic "did", as in "the chef did sleep", is not in the fragment.
    const support = this.is(auxiliary, ['do', 'does', 'did']);
    if (support && !negated && auxiliary + 1 === start) return [];
    if (this.is(at, ADVERBS.frequency)) at++;
    if (this.is(at, ['ever'])) {
      if (!root || !(negated || negative || question)) return [];
      at++;
    }
    return this.governed(this.words[auxiliary]!, at, agreement);
  }

  /** What an auxiliary governs; after a modal or *have* further auxiliaries may follow. */
  private governed(auxiliary: string, at: number, agreement: Agreement): Reach[] {
    const verb = (form: string, passive = false): Reach[] =>
      (verbs.get(this.words[at] ?? '') ?? [])
        .filter((entry) => entry.form === form && (!passive || entry.frame === 'transitive'))
        .flatMap((entry) => this.complements(at + 1, entry, passive, agreement));
    if (['do', 'does', 'did'].includes(auxiliary)) return verb('base');
    if (MODALS.includes(auxiliary)) {
      return [
        ...verb('base'),
        ...(this.is(at, ['be', 'have']) ? this.governed(this.words[at]!, at + 1, agreement) : []),
      ];
    }
    if (['have', 'has', 'had'].includes(auxiliary)) {
      return [...verb('participle'), ...(this.is(at, ['been']) ? this.governed('been', at + 1, agreement) : [])];
    }
    return [...verb('ing'), ...verb('participle', true), ...this.complements(at, BE, false, agreement)];
  }

  private auxiliaryAgrees(at: number, { person, plural }: Agreement): boolean {
    const third = person === 3 && !plural;
    const first = person === 1 && !plural;
    if (this.is(at, ['does', 'has', 'is'])) return third;
    if (this.is(at, ['do', 'have'])) return !third;
    if (this.is(at, ['am'])) return first;
    if (this.is(at, ['are'])) return !third && !first;
    if (this.is(at, ['was'])) return third || first;
    if (this.is(at, ['were'])) return !third && !first;
    return this.is(at, ['did', 'had', ...MODALS]);
  }

  private finiteVerbs(at: number, { person, plural }: Agreement): Entry[] {
    const third = person === 3 && !plural;
    return (verbs.get(this.words[at] ?? '') ?? []).filter(
      ({ form }) => form === 'past' || (third ? form === 'third' : form === 'plain'),
    );
  }

  private complements(at: number, verb: Entry, passive: boolean, subject: Agreement): Reach[] {
    if (passive) {
      const agents = this.is(at, ['by']) ? this.object(at + 1, undefined).filter(({ gaps }) => gaps === 0) : [];
      return this.adjuncts([{ end: at, gaps: 0 }, ...agents]);
    }
    switch (verb.frame) {
      case 'copula':
        return this.adjuncts([
          ...this.copulaComplement(at, subject),
          ...this.placePhrase(at).map((end) => ({ end, gaps: 0 })),
        ]);
      case 'intransitive':
        return this.adjuncts([{ end: at, gaps: 0 }]);
      case 'transitive':
        return this.adjuncts([...(verb.optional ? [{ end: at, gaps: 0 }] : []), ...this.object(at, subject)]);
      case 'prepositional':
        return this.is(at, [verb.preposition!]) ? this.adjuncts(this.object(at + 1, subject)) : [];
      case 'ditransitive':
        return this.adjuncts(
          this.filled(at)
            .flatMap((end) => [...this.filled(end), ...(this.is(end, ['to']) ? this.filled(end + 1) : [])])
            .map((end) => ({ end, gaps: 0 })),
        );
      case 'that-clause':
        return this.is(at, ['that']) ? this.clause(at + 1, { question: false, root: false }) : [];
      case 'whether-clause':
        return this.is(at, ['whether']) ? this.clause(at + 1, { question: false, root: false }) : [];
      default:
        return this.is(at, ['to'])
          ? (verbs.get(this.words[at + 1] ?? '') ?? [])
              .filter(({ form }) => form === 'base')
              .flatMap((entry) => this.complements(at + 2, entry, false, subject))
          : [];
    }
  }

  private copulaComplement(at: number, subject: Agreement): Reach[] {
    if (this.is(at, [...adjectives])) return [{ end: at + 1, gaps: 0 }];
    const article = this.is(at, ['a', 'an']);
    const noun = nouns.get(this.words[article ? at + 1 : at] ?? '');
    if (noun === undefined || noun.plural === article || noun.plural !== subject.plural) return [];
    return [{ end: article ? at + 2 : at + 1, gaps: 0 }];
  }

  /** A noun phrase, a reflexive bound by the subject, or a gap. */
  private object(at: number, subject: Agreement | undefined): Reach[] {
    const reflexive = subject !== undefined && this.is(at, boundBy(subject)) ? [{ end: at + 1, gaps: 0 }] : [];
    return [...reflexive, { end: at, gaps: 1 }, ...this.filled(at).map((end) => ({ end, gaps: 0 }))];
  }

  private filled(at: number): number[] {
    return this.nounPhrase(at).flatMap(({ end, asObject }) => (asObject ? [end] : []));
  }

  private adjuncts(from: Reach[]): Reach[] {
    const found = new Map<string, Reach>();
    const queue = [...from];
    for (let reach = queue.pop(); reach !== undefined; reach = queue.pop()) {
      const { end, gaps } = reach;
      const key = `${end},${gaps}`;
      if (found.has(key)) continue;
      found.set(key, reach);
      const ends = [
        ...this.placePhrase(end),
        ...(this.is(end, ['with']) ? this.simpleNoun(end + 1).map((noun) => noun.end) : []),
        ...(this.is(end, [...ADVERBS.manner, ...ADVERBS.time]) ? [end + 1] : []),
      ];
      queue.push(...ends.map((next) => ({ end: next, gaps })));
    }
    return [...found.values()];
  }

  private placePhrase(at: number): number[] {
    return this.is(at, ['in', 'near', 'behind']) ? this.simpleNoun(at + 1).map(({ end }) => end) : [];
  }

  private nounPhrase(at: number): Noun[] {
    const pronoun = PRONOUNS.find(({ subject, object }) => [subject, object].includes(this.words[at]!));
    if (pronoun !== undefined) {
      const { person, number, gender } = pronoun.agreement;
      const agreement = { person, plural: number === 'plural', gender };
      const text = this.words[at];
      return [
        {
          end: at + 1,
          agreement,
          asSubject: text === pronoun.subject,
          asObject: text === pronoun.object,
          negative: false,
        },
      ];
    }
    const parts = this.simpleNoun(at);
    const pairs = parts
      .filter(({ end }) => this.is(end, ['and']))
      .flatMap(({ end }) => this.simpleNoun(end + 1))
      .map((second) => ({ ...second, agreement: { person: 3, plural: true } }));
    return [
      ...parts,
      ...pairs,
      ...parts.filter(({ end }) => nouns.has(this.words[end - 1]!)).flatMap((head) => this.modified(head)),
    ];
  }

  /** A noun with one modifier: a phrase of place or a relative clause with the noun's place left empty. */
  private modified(head: Noun): Noun[] {
    const { end, agreement } = head;
    const from = this.is(end, ['from']) ? this.simpleNoun(end + 1).map((noun) => noun.end) : [];
    const setting = { question: false, root: false };
    const relative = this.is(end, ['that', 'who'])
      ? [
          ...this.predicate(end + 1, { agreement, negative: false }, setting).filter(({ gaps }) => gaps === 0),
          ...this.clause(end + 1, setting).filter(({ gaps }) => gaps === 1),
        ]
      : [];
    return [...from, ...this.placePhrase(end), ...relative.map((reach) => reach.end)].map((next) => ({
      ...head,
      end: next,
    }));
  }

  /** A name, or a determiner, perhaps an adjective, and a noun. */
  private simpleNoun(at: number): Noun[] {
    const base = { asSubject: true, asObject: true };
    const gender = names.get(this.words[at] ?? '');
    if (gender !== undefined) {
      return [{ ...base, end: at + 1, agreement: { person: 3, plural: false, gender }, negative: false }];
    }
    if (!determiners.has(this.words[at] ?? '')) return [];
    const demanded = determiners.get(this.words[at]!);
    const head = this.is(at + 1, [...adjectives]) ? at + 2 : at + 1;
    const noun = nouns.get(this.words[head] ?? '');
    if (noun === undefined || (demanded !== undefined && demanded !== noun.plural)) return [];
    return [{ ...base, end: head + 1, agreement: { person: 3, ...noun }, negative: this.is(at, ['no']) }];
  }

  private is(at: number, texts: readonly string[]): boolean {
    return texts.includes(this.words[at] ?? '');
  }
}

function boundBy({ person, plural, gender }: Agreement): string[] {
  if (person === 1) return [plural ? 'ourselves' : 'myself'];
  if (person === 2) return ['yourself'];
  if (plural) return ['themselves'];
  if (gender === 'neuter') return ['itself'];
  return [...(gender === 'feminine' ? [] : ['himself']), ...(gender === 'masculine' ? [] : ['herself'])];
}
