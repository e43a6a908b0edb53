import type { ProgressListener, TrainingCallback } from '@guided-dropout/core';
import {
  readSplit,
  taskMetric,
  taskNamed,
  tasks,
  trainFraction,
  type GlueExample,
  type GlueTask,
} from '@guided-dropout/glue';
import { buildModel, checkpointName } from '@guided-dropout/models';
import { predictionOf, type ClassificationExample } from '@guided-dropout/trainer';
import { Option, type Command } from 'commander';
import { finetuneClassifier, paperSettings, type FinetuneResult } from '../pipeline/finetune-classifier.js';
import { loadModel } from '../pipeline/load-model.js';
import { metricFields } from '../pipeline/metric-fields.js';
import { assertFolderWritable, withParents } from '../pipeline/output-place.js';
import { padIdOf } from '../pipeline/pad-id.js';
import { assertScheduleFits } from '../pipeline/read-schedule.js';
import { saveClassifier } from '../pipeline/save-classifier.js';
import { Tokenizer } from '../pipeline/tokenizer.js';
import { uninterrupted } from '../terminal/interruption.js';
import { integerIn, numberIn, seed } from '../terminal/option-parsers.js';
import { progressBar } from '../terminal/progress-bar.js';
import { maxLengthFor } from './max-length-option.js';
import { MODEL_HELP } from './model-option.js';
import { assertOutApart } from './out-option.js';
import { addRegularizerOptions, chosenRegularizer, type RegularizerFlags } from './regularizer-option.js';

interface FinetuneFlags extends RegularizerFlags {
  readonly model: string;
  readonly task: string;
  readonly data: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmup: number;
  readonly weightDecay: number;
  readonly trainFraction: number;
  readonly maxLength?: number;
  readonly seed: number;
  readonly out: string;
  readonly overwrite?: boolean;
}

/** Inputs are cut to this many tokens unless asked otherwise; GLUE's single sentences are shorter. */
const PREFERRED_MAX_LENGTH = 128;

/** `guided-dropout finetune`: fine-tunes a checkpoint on a GLUE task. */
export function addFinetuneCommand(program: Command): void {
  const command = program
    .command('finetune')
    .description('fine-tune a checkpoint on a GLUE task and write a folder transformers.js and Python load')
    .requiredOption('--model <folder-or-id>', MODEL_HELP)
    .addOption(new Option('--task <name>', 'GLUE task').choices(Object.keys(tasks)).makeOptionMandatory())
    .requiredOption('--data <folder>', "the task's folder with train.tsv and dev.tsv")
    .requiredOption('--out <folder>', 'where to write the fine-tuned model');
  addRegularizerOptions(command)
    .option('--epochs <n>', 'passes over the training set', integerIn(1, 10_000), paperSettings.numEpochs)
    .option('--batch-size <n>', 'examples per step', integerIn(1, 4096), paperSettings.batchSize)
    .option('--learning-rate <rate>', 'highest learning rate', numberIn(0, 10, 'openBelow'), paperSettings.learningRate)
    .option('--warmup <share>', 'share of steps with rising learning rate', numberIn(0, 1), paperSettings.warmupRatio)
    .option('--weight-decay <rate>', 'decoupled weight decay', numberIn(0, 10), 0)
    .option('--train-fraction <share>', 'share of the training set, by seed', numberIn(0, 1, 'openBelow'), 1)
    .option(
      '--max-length <tokens>',
      `longer inputs are cut (default: ${PREFERRED_MAX_LENGTH}, or what the model takes)`,
      integerIn(3, 100_000),
    )
    .option('--seed <n>', 'seed of the head, the order and the masks', seed, paperSettings.seed)
    .option('--overwrite', 'replace an existing --out folder')
    .addHelpText(
      'after',
      `
The last line on standard output is JSON: metric, value, steps, seconds, examplesPerSecond, and more.

Examples:
  $ guided-dropout finetune --model bert-base-uncased --task cola --data CoLA --out runs/cola
  $ guided-dropout finetune --model bert-base-uncased --task sst2 --data SST-2 --out runs/sst2 \\
      --regularizer guided --schedule schedule.json --epochs 3 --learning-rate 3e-5`,
    )
    .action(runFinetune);
}

async function runFinetune(flags: FinetuneFlags, command: Command): Promise<void> {
  const { regularizer, scheduled } = await chosenRegularizer(flags, command);
  const replace = flags.overwrite ?? false;
  const { model: modelFolder, data, schedule } = flags;
  await assertOutApart(command, flags.out, { '--model': modelFolder, '--data': data, '--schedule': schedule });
  await assertFolderWritable(flags.out, { replace });
  const task = taskNamed(flags.task);
  const labels = labelNames(task);
  const checkpoint = await loadModel(flags.model, progressBar);
  const model = buildModel(checkpoint, { type: 'sequence-classification', labels, seed: flags.seed });
  if (scheduled) assertScheduleFits(scheduled.schedule, scheduled.path, checkpoint, model);
  const maxLength = maxLengthFor(model, flags.maxLength, PREFERRED_MAX_LENGTH, command);
  const tokenizer = await Tokenizer.load(checkpoint.folder, model.vocabularySize);
  const trainSplit = trainFraction(await readSplit(task, flags.data, 'train'), flags.trainFraction, flags.seed);
  const devSplit = await readSplit(task, flags.data, 'dev');
  const encode = (examples: readonly GlueExample[]): ClassificationExample[] =>
    examples.map(({ sentence, pair, label }) => ({ ...tokenizer.encode(sentence, pair, maxLength), label }));
  process.stderr.write(
    `${checkpointName(checkpoint)} on ${task.name}: ${trainSplit.length} examples to train on, ${devSplit.length} to evaluate\n`,
  );
  const result = await finetuneClassifier({
    checkpoint,
    labels,
    train: encode(trainSplit),
    evaluate: encode(devSplit),
    padId: padIdOf(model, tokenizer),
    regularizer,
    settings: {
      ...paperSettings,
      numEpochs: flags.epochs,
      batchSize: flags.batchSize,
      learningRate: flags.learningRate,
      warmupRatio: flags.warmup,
      optimizer: { ...paperSettings.optimizer, weightDecay: flags.weightDecay },
      seed: flags.seed,
    },
    callbacks: [stepProgress(`Fine-tuning (${regularizer.name})`)],
  });
  const report = jsonReport(flags, task, trainSplit, devSplit, result);
  await uninterrupted(() =>
    withParents(flags.out, () => saveClassifier(flags.out, result, tokenizer.folder, { replace, maxLength })),
  );
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** A progress bar of the steps; it begins with training, so that preparing the graph does not count as a slow step. */
function stepProgress(label: string): TrainingCallback {
  let progress: ProgressListener | undefined;
  return {
    onTrainBegin() {
      progress = progressBar(label);
    },
    onStepEnd: ({ step, totalSteps }) => progress?.(step, totalSteps),
  };
}

function jsonReport(
  flags: FinetuneFlags,
  task: GlueTask,
  trainSplit: readonly GlueExample[],
  devSplit: readonly GlueExample[],
  { logits, losses, steps, trainSeconds }: FinetuneResult,
): Record<string, unknown> {
  const targets = devSplit.map(({ label }) => label);
  const { metric, value, ...figures } = metricFields(taskMetric(task)(logits.map(predictionOf), targets));
  return {
    metric,
    value,
    steps,
    seconds: Number(trainSeconds.toFixed(3)),
    examplesPerSecond: Number(((trainSplit.length * flags.epochs) / trainSeconds).toFixed(2)),
    ...figures,
    task: task.name,
    regularizer: flags.regularizer,
    seed: flags.seed,
    trainExamples: trainSplit.length,
    firstLoss: meanOf(losses.slice(0, 10)),
    lastLoss: meanOf(losses.slice(-10)),
    out: flags.out,
  };
}

/** One name means regression. */
function labelNames(task: GlueTask): string[] {
  return task.target.kind === 'regression' ? ['score'] : task.target.classes.map(({ name }) => name);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
