import { join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { checkpointName } from '@guided-dropout/models';
import type { Command } from 'commander';
import { foundSites, type FoundSites } from '../pipeline/found-sites.js';
import { inspectExport } from '../pipeline/inspect-export.js';
import { loadModel } from '../pipeline/load-model.js';
import { modelOfCheckpoint } from '../pipeline/model-of-checkpoint.js';
import { siteEntry, siteRemarks, siteSummary, siteTable, withoutAdapter } from '../pipeline/site-report.js';
import { progressBar } from '../terminal/progress-bar.js';
import { usageError } from '../terminal/usage-error.js';
import { MODEL_HELP } from './model-option.js';

interface SitesFlags {
  readonly model?: string;
  readonly onnx?: string;
  readonly generic?: boolean;
  readonly json?: boolean;
}

/** The sites of a model, and what told its architecture. */
interface Listing {
  readonly found: FoundSites;
  readonly model: string | undefined;
  readonly config: string | undefined;
  readonly resembles: readonly string[];
}

/** `guided-dropout sites`: prints where a model has dropout. */
export function addSitesCommand(program: Command): void {
  program
    .command('sites')
    .description('print the dropout sites of a model, the parameters in front of each and its rate')
    .option('--model <folder-or-id>', `${MODEL_HELP}; with --onnx its config.json is enough`)
    .option('--onnx <file>', 'an ONNX export; its config.json is looked for beside it, unless --model says where')
    .option('--generic', 'list candidates by pattern, whatever the architecture')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
Examples:
  $ guided-dropout sites --model bert-base-uncased
  $ guided-dropout sites --onnx exported/model.onnx --json`,
    )
    .action(runSites);
}

async function runSites(flags: SitesFlags, command: Command): Promise<void> {
  if (flags.model === undefined && flags.onnx === undefined) {
    usageError(command, 'pass --model <folder-or-id>, --onnx <file> or both');
  }
  const listing = await listingFor(flags);
  process.stdout.write(flags.json ? `${jsonReport(listing, flags)}\n` : textReport(listing, flags));
}

async function listingFor({ model, onnx, generic = false }: SitesFlags): Promise<Listing> {
  return onnx === undefined
    ? listCheckpoint(model!, generic)
    : { ...(await inspectExport({ onnx, model, generic, bar: progressBar })), model };
}

async function listCheckpoint(name: string, generic: boolean): Promise<Listing> {
  const checkpoint = await loadModel(name, progressBar);
  const { graph, config, initialised } = withAdvice(() => modelOfCheckpoint(checkpoint));
  const { architecture, sites } = foundSites(graph, generic ? undefined : config);
  // A head whose weights were drawn for the occasion is none of the checkpoint's.
  const own = initialised.length === 0 ? sites : sites.filter(({ part }) => part === 'base');
  return {
    found: { architecture, sites: own },
    model: checkpointName(checkpoint),
    config: join(checkpoint.folder, 'config.json'),
    resembles: [],
  };
}

function withAdvice<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof GuidedDropoutError) || error.code !== 'MODEL_ARCHITECTURE') throw error;
    const fix = 'Export the model to ONNX and pass --onnx: its sites are then looked for by pattern.';
    throw new GuidedDropoutError(error.code, { ...error.report, fix }, { cause: error });
  }
}

function jsonReport({ found, model, config, resembles }: Listing, { onnx }: SitesFlags): string {
  return JSON.stringify({
    model: model ?? null,
    onnx: onnx ?? null,
    config: config ?? null,
    architecture: found.architecture ?? null,
    resembles,
    sites: found.sites.map((site) => siteEntry(site)),
  });
}

function textReport({ found, model, config, resembles }: Listing, { onnx, generic = false }: SitesFlags): string {
  const place = onnx ?? model!;
  return [
    `${siteSummary(found)} (${place})`,
    ...(found.architecture === undefined ? [withoutAdapter({ place, config, generic, resembles })] : []),
    ...(found.sites.length > 0 ? [siteTable(found.sites)] : []),
    ...siteRemarks(found),
    '',
  ].join('\n');
}
