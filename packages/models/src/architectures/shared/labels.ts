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
    problem_type: head.labels.length === 1 ? 'regression' : 'single_label_classification',
  };
}
