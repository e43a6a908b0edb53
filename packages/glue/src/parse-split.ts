import { GuidedDropoutError } from '@guided-dropout/core';
import type { GlueExample } from './example.js';
import { textLines } from './text-lines.js';
import type { GlueTask, TaskTarget } from './task.js';

/**
 * The examples in a task's file, given its bytes; `path` names it in errors.
 *
 * @throws GuidedDropoutError `GLUE_ROW` on a wrong header, column count, label or text; `GLUE_FILE` on no examples.
 */
export function parseSplit(task: GlueTask, bytes: Uint8Array, path: string): GlueExample[] {
  const at = {
    sentence: task.columns.indexOf(task.sentence),
    pair: task.pair === undefined ? undefined : task.columns.indexOf(task.pair),
    label: task.columns.indexOf(task.label),
  };
  const examples: GlueExample[] = [];
  let line = 0;
  for (const text of textLines(bytes, path)) {
    line++;
    const where = `${path}:${line}`;
    const cells = text.split('\t');
    if (task.header && line === 1) {
      requireHeader(task, cells, where);
      continue;
    }
    if (cells.length !== task.columns.length) {
      const expected = `${task.columns.length} columns between tabs (${task.columns.join(', ')})`;
      throw rowError(task, where, expected, `${cells.length}`);
    }
    examples.push({
      line,
      sentence: sentenceOf(task, cells[at.sentence]!, where),
      ...(at.pair !== undefined && { pair: sentenceOf(task, cells[at.pair]!, where) }),
      label: labelOf(task, cells[at.label]!, where),
    });
  }
  if (examples.length > 0) return examples;
  throw new GuidedDropoutError('GLUE_FILE', {
    where: path,
    expected: 'at least one example',
    received: line === 0 ? 'an empty file' : 'a header alone',
    fix: `Download ${task.folder} from GLUE again.`,
  });
}

function requireHeader(task: GlueTask, cells: readonly string[], where: string): void {
  if (cells.length === task.columns.length && cells.every((cell, index) => cell === task.columns[index])) return;
  throw rowError(task, where, `the header ${JSON.stringify(task.columns)}`, quoted(JSON.stringify(cells)));
}

function sentenceOf(task: GlueTask, cell: string, where: string): string {
  if (cell.trim() !== '') return cell;
  throw rowError(task, where, 'a sentence', 'an empty column');
}

function labelOf(task: GlueTask, cell: string, where: string): number {
  const label = parsedLabel(task.target, cell);
  if (label !== undefined) return label;
  const expected =
    task.target.kind === 'regression'
      ? `a number in [${task.target.min}, ${task.target.max}] as ${task.label}`
      : `${task.target.classes.map(({ written }) => JSON.stringify(written)).join(' or ')} as ${task.label}`;
  throw rowError(task, where, expected, quoted(JSON.stringify(cell)));
}

function parsedLabel(target: TaskTarget, cell: string): number | undefined {
  if (target.kind === 'classification') {
    const index = target.classes.findIndex(({ written }) => written === cell);
    return index < 0 ? undefined : index;
  }
  // Number() alone would take '' and ' ' for 0, and '0x1' for 1.
  const score = /^-?\d+(\.\d+)?$/.test(cell) ? Number(cell) : NaN;
  return score >= target.min && score <= target.max ? score : undefined;
}

function quoted(json: string): string {
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}

function rowError(task: GlueTask, where: string, expected: string, received: string): GuidedDropoutError {
  const fix = `Correct the line, or download ${task.folder} from GLUE again; test.tsv has no labels and is not read.`;
  return new GuidedDropoutError('GLUE_ROW', { where, expected, received, fix });
}
