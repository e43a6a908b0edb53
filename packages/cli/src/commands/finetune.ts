import { readFile } from 'node:fs/promises';
import { gaussianDropout, guidedDropout, standardDropout, type DropoutRegularizer } from '@guided-dropout/baselines';
import { GuidedDropoutError, type TrainingCallback } from '@guided-dropout/core';
import {
  readSplit,
  taskMetric,
  taskNamed,
  tasks,
  trainFraction,
  type GlueExample,
  type GlueTask,
} from '@guided-dropout/glue';
import { assertFolderFree, loadCheckpoint } from '@guided-dropout/models';
import { parseSchedule } from '@guided-dropout/schedule';
import { predictionOf, type ClassificationExample } from '@guided-dropout/trainer';
import { Option, type Command } from 'commander';
import { finetuneClassifier, paperSettings } from '../pipeline/finetune-classifier.js';
import { saveClassifier } from '../pipeline/save-classifier.js';
import { Tokenizer } from '../pipeline/tokenizer.js';
import { integerIn, numberIn, seed } from '../terminal/option-parsers.js';
import { progressBar } from '../terminal/progress-bar.js';

interface FinetuneFlags {
  readonly model: string;
  readonly task: string;
  readonly data: string;
  readonly regularizer: 'standard' | 'gaussian' | 'guided';
  readonly schedule?: string;
  readonly rate?: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly warmup: number;
  readonly weightDecay: number;
  readonly trainFraction: number;
  readonly maxLength: number;
  readonly seed: number;
  readonly out: string;
  readonly overwrite?: boolean;
}

/** `guided-dropout finetune`: fine-tunes a checkpoint on a GLUE task. */
export function addFinetuneCommand(program: Command): void {
  program
    .command('finetune')
    .description('fine-tune a checkpoint on a GLUE task and write a folder transformers.js and Python load')
    .requiredOption('--model <folder>', 'checkpoint: config.json, model.safetensors, tokenizer.json')
    .addOption(new Option('--task <name>', 'GLUE task').choices(Object.keys(tasks)).makeOptionMandatory())
    .requiredOption('--data <folder>', "the task's folder with train.tsv and dev.tsv")
    .requiredOption('--out <folder>', 'where to write the fine-tuned model')
    .addOption(
      new Option('--regularizer <name>', 'dropout at the sites of the base model')
        .choices(['standard', 'gaussian', 'guided'])
        .default('standard'),
    )
    .option('--schedule <file>', "for guided: what 'guided-dropout schedule' wrote")
    .option('--rate <rate>', 'for standard and gaussian (default: 0.1)', numberIn(0, 1, 'openAbove'))
    .option('--epochs <n>', 'passes over the training set', integerIn(1, 10_000), paperSettings.numEpochs)
    .option('--batch-size <n>', 'examples per step', integerIn(1, 4096), paperSettings.batchSize)
    .option('--learning-rate <rate>', 'highest learning rate', numberIn(0, 10, 'openBelow'), paperSettings.learningRate)
    .option('--warmup <share>', 'share of steps with rising learning rate', numberIn(0, 1), paperSettings.warmupRatio)
    .option('--weight-decay <rate>', 'decoupled weight decay', numberIn(0, 10), 0)
    .option('--train-fraction <share>', 'share of the training set, by seed', numberIn(0, 1, 'openBelow'), 1)
    .option('--max-length <tokens>', 'longer inputs are cut', integerIn(3, 100_000), 128)
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
  const regularizer = await regularizerFrom(flags, command);
  await assertFolderFree(flags.out, { replace: flags.overwrite ?? false });
  const task = taskNamed(flags.task);
  const checkpoint = await loadCheckpoint(flags.model);
  const trainSplit = trainFraction(await readSplit(task, flags.data, 'train'), flags.trainFraction, flags.seed);
  const devSplit = await readSplit(task, flags.data, 'dev');
  const tokenizer = await Tokenizer.load(checkpoint.folder, vocabularySizeOf(checkpoint.config));
  const maxLength = Math.min(flags.maxLength, Number(checkpoint.config['max_position_embeddings'] ?? flags.maxLength));
  const encode = (examples: readonly GlueExample[]): ClassificationExample[] =>
    examples.map(({ sentence, pair, label }) => ({ ...tokenizer.encode(sentence, pair, maxLength), label }));
  const progress = progressBar(`Fine-tuning (${regularizer.name})`);
  const report: TrainingCallback = { onStepEnd: ({ step, totalSteps }) => progress(step, totalSteps) };
  const result = await finetuneClassifier({
    checkpoint,
    labels: labelNames(task),
    train: encode(trainSplit),
    evaluate: encode(devSplit),
    padId: tokenizer.padId,
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
    callbacks: [report],
  });
  const predictions = result.logits.map(predictionOf);
  const metric = taskMetric(task)(
    predictions,
    devSplit.map(({ label }) => label),
  );
  await saveClassifier(flags.out, result, tokenizer.folder, { replace: flags.overwrite ?? false });
  const numSeen = trainSplit.length * flags.epochs;
  const line = {
    metric: metric.name,
    value: metric.value,
    steps: result.steps,
    seconds: Number(result.trainSeconds.toFixed(3)),
    examplesPerSecond: Number((numSeen / result.trainSeconds).toFixed(2)),
    all: metric.all,
    task: flags.task,
    regularizer: regularizer.name,
    seed: flags.seed,
    trainExamples: trainSplit.length,
    firstLoss: meanOf(result.losses.slice(0, 10)),
    lastLoss: meanOf(result.losses.slice(-10)),
    out: flags.out,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function regularizerFrom(flags: FinetuneFlags, command: Command): Promise<DropoutRegularizer> {
  if (flags.regularizer !== 'guided') {
    if (flags.schedule !== undefined)
      command.error(`error: --schedule goes with --regularizer guided, received '${flags.regularizer}'`, {
        exitCode: 2,
      });
    return flags.regularizer === 'gaussian' ? gaussianDropout(flags.rate) : standardDropout(flags.rate);
  }
  if (flags.rate !== undefined)
    command.error('error: --rate goes with --regularizer standard or gaussian; a schedule has its own rates', {
      exitCode: 2,
    });
  if (flags.schedule === undefined)
    command.error("error: --regularizer guided needs --schedule <file>, as 'guided-dropout schedule' writes it", {
      exitCode: 2,
    });
  return guidedDropout(parseSchedule(await readJson(flags.schedule)));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw new GuidedDropoutError(
      'SCHEDULE_FILE',
      {
        where: path,
        expected: 'a dropout schedule (JSON)',
        received: (cause as Error).message,
        fix: "Pass what 'guided-dropout schedule' wrote.",
      },
      { cause },
    );
  }
}

function labelNames(task: GlueTask): string[] {
  return task.target.kind === 'regression' ? ['score'] : task.target.classes.map(({ name }) => name);
}

function vocabularySizeOf(config: Readonly<Record<string, unknown>>): number {
  return Number(config['vocab_size'] ?? Infinity);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
