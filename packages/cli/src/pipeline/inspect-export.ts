import type { ProgressListener } from '@guided-dropout/core';
import { foundSites, isKnown, resembledBy, type FoundSites } from './found-sites.js';
import { modelFolder } from './load-model.js';
import { configBeside, configIn } from './model-config.js';
import { assertUnpatched } from './patched-model.js';
import { readExport, type ModelExport } from './read-export.js';

/** An export, and what is known of it. */
export interface InspectedExport extends ModelExport {
  readonly found: FoundSites;
  /** Path of the config.json that describes it. */
  readonly config: string | undefined;
  /** Without configuration, the architectures whose parameters it has. */
  readonly resembles: readonly string[];
}

/** Which export, and how it is looked at. */
export interface InspectOptions {
  readonly onnx: string;
  /** Folder or id of the model whose config.json describes it; else that is looked for where exporters put it. */
  readonly model: string | undefined;
  /** Whether sites are found by pattern whatever the architecture. */
  readonly generic: boolean;
  /** Makes the bar of a download. */
  readonly bar: (label: string) => ProgressListener;
}

/**
 * Reads an export and finds its dropout sites.
 *
 * @throws GuidedDropoutError as `modelFolder`, `configIn`, {@link readExport} and {@link foundSites}, and `PATCH_TWICE`.
 */
export async function inspectExport({ onnx, model, generic, bar }: InspectOptions): Promise<InspectedExport> {
  const config = model === undefined ? await configBeside(onnx) : await configIn(await modelFolder(model, bar));
  const fields = generic ? undefined : config?.fields;
  const read = await readExport(onnx, isKnown(fields) ? config : undefined);
  assertUnpatched(read.graph);
  const resembles = config === undefined ? resembledBy(read.graph) : [];
  return { ...read, found: foundSites(read.graph, fields), config: config?.path, resembles };
}
