import { GuidedDropoutError } from '@guided-dropout/core';
import type { GlueTask, TaskTarget } from './task.js';

const files = { train: 'train.tsv', dev: 'dev.tsv' };

/** The GLUE tasks this package reads, by name. Source: Wang et al., arXiv 1804.07461; metrics as in arXiv 2406.14005. */
export const tasks = {
  cola: {
    name: 'cola',
    folder: 'CoLA',
    files,
    columns: ['source', 'label', 'author mark', 'sentence'],
    header: false,
    sentence: 'sentence',
    label: 'label',
    target: binary('unacceptable', 'acceptable'),
    metric: 'matthews',
  },
  sst2: {
    name: 'sst2',
    folder: 'SST-2',
    files,
    columns: ['sentence', 'label'],
    header: true,
    sentence: 'sentence',
    label: 'label',
    target: binary('negative', 'positive'),
    metric: 'accuracy',
  },
  mrpc: {
    name: 'mrpc',
    folder: 'MRPC',
    files,
    columns: ['Quality', '#1 ID', '#2 ID', '#1 String', '#2 String'],
    header: true,
    sentence: '#1 String',
    pair: '#2 String',
    label: 'Quality',
    target: binary('not_equivalent', 'equivalent'),
    metric: 'accuracy+f1',
  },
  stsb: {
    name: 'stsb',
    folder: 'STS-B',
    files,
    columns: 'index genre filename year old_index source1 source2 sentence1 sentence2 score'.split(' '),
    header: true,
    sentence: 'sentence1',
    pair: 'sentence2',
    label: 'score',
    target: { kind: 'regression', min: 0, max: 5 },
    metric: 'pearson+spearman',
  },
  qnli: {
    name: 'qnli',
    folder: 'QNLI',
    files,
    columns: ['index', 'question', 'sentence', 'label'],
    header: true,
    sentence: 'question',
    pair: 'sentence',
    label: 'label',
    target: {
      kind: 'classification',
      classes: [
        { name: 'entailment', written: 'entailment' },
        { name: 'not_entailment', written: 'not_entailment' },
      ],
    },
    metric: 'accuracy',
  },
} as const satisfies Readonly<Record<string, GlueTask>>;

/** The name of a task in {@link tasks}. */
export type TaskName = keyof typeof tasks;

/** The task of that name, as a user typed it; throws GuidedDropoutError `GLUE_TASK` on an unknown one. */
export function taskNamed(name: string): GlueTask {
  if (Object.hasOwn(tasks, name)) return tasks[name as TaskName];
  throw new GuidedDropoutError('GLUE_TASK', {
    where: 'taskNamed',
    expected: `one of ${Object.keys(tasks).join(', ')}`,
    received: JSON.stringify(name),
    fix: 'Pass one of these names; for another task, write a GlueTask.',
  });
}

function binary(zero: string, one: string): TaskTarget {
  return {
    kind: 'classification',
    classes: [
      { name: zero, written: '0' },
      { name: one, written: '1' },
    ],
  };
}
