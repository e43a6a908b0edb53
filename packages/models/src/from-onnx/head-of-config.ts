import { GuidedDropoutError } from '@guided-dropout/core';
import type { Head } from '../architectures/architecture.js';

type Fields = Readonly<Record<string, unknown>>;

/** Ends of class names in `transformers`, and the heads these classes have. */
const heads: readonly (readonly [RegExp, (fields: Fields) => Head | undefined])[] = [
  [/ForMaskedLM$/, () => ({ type: 'masked-lm' })],
  [/(?:ForCausalLM|LMHeadModel)$/, () => ({ type: 'causal-lm' })],
  [/ForConditionalGeneration$/, () => ({ type: 'seq2seq-lm' })],
  [/^ElectraForPreTraining$/, () => ({ type: 'replaced-token-detection' })],
  [/ForSequenceClassification$/, classification],
];

/**
 * The head that a model was saved with, by the class that its config.json names.
 *
 * @throws GuidedDropoutError `MODEL_HEAD` where it names none, or one without such a head.
 */
export function headOfConfig(fields: Fields): Head {
  const { architectures } = fields;
  const [className] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  if (typeof className === 'string') {
    for (const [pattern, headOf] of heads) {
      const head = pattern.test(className) ? headOf(fields) : undefined;
      if (head !== undefined) return head;
    }
  }
  throw new GuidedDropoutError('MODEL_HEAD', {
    where: "config.json, fields 'architectures', 'id2label' and 'num_labels'",
    expected: 'a class with a language-modelling or classification head, and its labels',
    received: JSON.stringify(architectures) ?? 'nothing',
    fix: 'Pass the head that the model was exported with as an option.',
  });
}

function classification(fields: Fields): Head | undefined {
  const labels = labelsOf(fields);
  // Nothing is drawn: an export has the weights of its head.
  return labels && { type: 'sequence-classification', labels, seed: 0 };
}

/** `transformers` leaves labels out that are its default: two, or `num_labels`, called by their numbers. */
function labelsOf({ id2label, num_labels: count }: Fields): readonly string[] | undefined {
  if (typeof id2label === 'object' && id2label !== null) return Object.values(id2label).map(String);
  const length = count ?? 2;
  if (!Number.isSafeInteger(length) || Number(length) < 1) return undefined;
  return Array.from({ length: Number(length) }, (_, label) => `LABEL_${label}`);
}
