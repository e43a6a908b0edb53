import type { Tensor } from '@guided-dropout/onnx';
import type { Head } from '../architecture.js';

type Fields = Readonly<Record<string, unknown>>;

/** A classifier trained for other labels is no start for these: its weights are left out, and so drawn anew. */
export function withoutOtherLabels(
  weights: ReadonlyMap<string, Tensor>,
  fields: Fields,
  head: Head,
  labelParameters: RegExp,
): ReadonlyMap<string, Tensor> {
  const id2label = fields['id2label'];
  if (head.type !== 'sequence-classification' || typeof id2label !== 'object' || id2label === null) return weights;
  const same = JSON.stringify(Object.values(id2label)) === JSON.stringify(head.labels);
  return same ? weights : new Map([...weights].filter(([name]) => !labelParameters.test(name)));
}

/** config.json of a model with this head: the class that `transformers` loads it with, and its labels. */
export function configFor(fields: Fields, head: Head, className: string): Fields {
  const config = { ...fields, architectures: [className] };
  if (head.type !== 'sequence-classification') return config;
  return {
    ...config,
    id2label: Object.fromEntries(head.labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(head.labels.map((label, id) => [label, id])),
    num_labels: undefined,
    problem_type: problemType(fields, head.labels.length),
  };
}

/** As many labels are the same problem, if it is one that they allow: several may be numbers, or hold at once. */
function problemType(fields: Fields, numLabels: number): string {
  const { problem_type: stored } = fields;
  const fitting = numLabels === 1 ? anyNumber : [...anyNumber, 'single_label_classification'];
  const kept = numLabels === storedLabels(fields) ? fitting.find((type) => type === stored) : undefined;
  return kept ?? (numLabels === 1 ? 'regression' : 'single_label_classification');
}

/** Problems of any number of labels. */
const anyNumber = ['regression', 'multi_label_classification'];

/** `transformers` leaves out what is its default, two labels. */
function storedLabels({ id2label, num_labels: count = 2 }: Fields): unknown {
  return typeof id2label === 'object' && id2label !== null ? Object.keys(id2label).length : count;
}
