import { basename } from 'node:path';
import type { LayerScores } from '@guided-dropout/core';
import { checkpointName, modelHash, writeSafetensors } from '@guided-dropout/models';
import { tensor, type Tensor } from '@guided-dropout/onnx';
import { Option, type Command } from 'commander';
import { readCorpus, sampleFraction } from '../pipeline/corpus.js';
import { fisherMetadata } from '../pipeline/fisher-metadata.js';
import { loadModel } from '../pipeline/load-model.js';
import { maskedLanguageModel } from '../pipeline/masked-language-model.js';
import { assertFileWritable, withParents } from '../pipeline/output-place.js';
import { scoreModel, siteScores, sitesOf, type ModelFisher } from '../pipeline/score-model.js';
import { uninterrupted } from '../terminal/interruption.js';
import { integerIn, numberIn, seed } from '../terminal/option-parsers.js';
import { progressBar } from '../terminal/progress-bar.js';
import { maxLengthFor } from './max-length-option.js';
import { MODEL_HELP } from './model-option.js';
import { assertOutApart } from './out-option.js';

interface FisherFlags {
  readonly model: string;
  readonly corpus: string;
  readonly objective: 'mlm';
  readonly fraction: number;
  readonly out: string;
  readonly seed: number;
  readonly maxLength?: number;
  readonly reduction: 'mean' | 'sum';
  readonly batchSize?: number;
  readonly json?: boolean;
}

/** BERT's own longest input. */
const PREFERRED_MAX_LENGTH = 512;

/** `guided-dropout fisher`: estimates the Fisher information of a model and writes it. */
export function addFisherCommand(program: Command): void {
  program
    .command('fisher')
    .description('estimate the empirical Fisher information of every parameter on a sample of a corpus')
    .requiredOption('--model <folder-or-id>', MODEL_HELP)
    .requiredOption('--corpus <file>', 'UTF-8 text, one example per line; empty lines and = headings = are dropped')
    .requiredOption('--out <file>', 'where to write the estimate (safetensors)')
    .addOption(new Option('--objective <name>', "the model's pretraining objective").choices(['mlm']).default('mlm'))
    .option('--fraction <share>', 'share of the corpus to use, sampled by the seed', numberIn(0, 1, 'openBelow'), 0.01)
    .option('--seed <n>', 'seed of sample and masking', seed, 1)
    .option(
      '--max-length <tokens>',
      `longer lines are cut (default: ${PREFERRED_MAX_LENGTH}, or what the model takes)`,
      integerIn(3, 100_000),
    )
    .addOption(
      new Option('--reduction <name>', "log p over an example's labelled tokens")
        .choices(['mean', 'sum'])
        .default('mean'),
    )
    .option('--batch-size <n>', 'examples per run; chosen by memory unless given', integerIn(1, 4096))
    .option('--json', 'print the layer scores as one JSON line')
    .addHelpText(
      'after',
      `
Example:
  $ guided-dropout fisher --model bert-base-uncased --corpus wiki.txt --fraction 0.01 --out fisher.safetensors`,
    )
    .action(runFisher);
}

async function runFisher(flags: FisherFlags, command: Command): Promise<void> {
  await assertOutApart(command, flags.out, { '--model': flags.model, '--corpus': flags.corpus });
  await assertFileWritable(flags.out);
  const checkpoint = await loadModel(flags.model, progressBar);
  const model = maskedLanguageModel(checkpoint);
  const maxLength = maxLengthFor(model, flags.maxLength, PREFERRED_MAX_LENGTH, command);
  // Before the long work: whatever is wrong with the sites, or with the rates config.json states, shows here.
  sitesOf(model);
  const corpus = await readCorpus(flags.corpus);
  const examples = sampleFraction(corpus, flags.fraction, flags.seed);
  process.stderr.write(`${checkpointName(checkpoint)}: ${examples.length} of ${corpus.length} examples\n`);
  const fisher = await scoreModel({
    checkpoint,
    examples,
    seed: flags.seed,
    maxLength,
    reduction: flags.reduction,
    ...(flags.batchSize !== undefined && { batchSize: flags.batchSize }),
    onProgress: progressBar('Fisher'),
  });
  const metadata = fisherMetadata({
    model: checkpointName(checkpoint),
    modelHash: modelHash(fisher.model),
    objective: `${flags.objective}, ${flags.reduction} over labelled tokens`,
    corpus: basename(flags.corpus),
    numExamples: fisher.estimate.numExamples,
    seed: flags.seed,
  });
  const scores = siteScores(fisher.model, fisher.estimate.diagonal);
  await uninterrupted(() =>
    withParents(flags.out, () => writeSafetensors(flags.out, diagonalTensors(fisher), metadata)),
  );
  process.stdout.write(
    flags.json ? `${jsonReport(flags, fisher, scores)}\n` : textReport(flags, maxLength, fisher, scores),
  );
}

function diagonalTensors({ model, estimate }: ModelFisher): Map<string, Tensor> {
  return new Map(
    model.parameters.map((name) => {
      const dims = model.graph.initializers.get(name)!.dims;
      return [name, tensor('float32', dims, Float32Array.from(estimate.diagonal.get(name)!))];
    }),
  );
}

function jsonReport(flags: FisherFlags, { estimate, numTruncated }: ModelFisher, scores: LayerScores): string {
  const { numExamples, numSkipped, meanLogLikelihood } = estimate;
  return JSON.stringify({ out: flags.out, numExamples, numSkipped, numTruncated, meanLogLikelihood, scores });
}

function textReport(
  flags: FisherFlags,
  maxLength: number,
  { estimate, numTruncated }: ModelFisher,
  scores: LayerScores,
): string {
  const ranked = scores.toSorted((a, b) => b.score - a.score);
  const width = Math.max(...ranked.map(({ site }) => site.length));
  const notes = [
    ...(estimate.numSkipped > 0 ? [`${estimate.numSkipped} lines had no token to predict`] : []),
    ...(numTruncated > 0 ? [`${numTruncated} were cut to ${maxLength} tokens`] : []),
  ];
  return [
    `${estimate.numExamples} examples${notes.length > 0 ? ` (${notes.join(', ')})` : ''}, mean log p ${estimate.meanLogLikelihood.toFixed(3)}`,
    'most informative layers first:',
    ...ranked.map(({ site, score }) => `  ${site.padEnd(width)}  ${score.toExponential(3)}`),
    `wrote ${flags.out}`,
    '',
  ].join('\n');
}
