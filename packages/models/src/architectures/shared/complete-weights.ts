import { GuidedDropoutError } from '@guided-dropout/core';
import type { WeightSource } from '../../checkpoint/weight-source.js';

/**
 * What checkpoints have in a base model without it being the graph's: poolers, which belong to some heads; buffers of
 * older versions of `transformers`; and a table in the first T5s that their own code never reads.
 */
const surplusAllowed = [
  /^pooler\./,
  /(?:^|\.)(?:position_ids|token_type_ids|inv_freq|attn\.bias|masked_bias)$/,
  /EncDecAttention\.relative_attention_bias\.weight$/,
];

/**
 * Refuses a base model of which the graph uses a part only, as one with fewer layers in its config.json than in its file.
 *
 * @param baseNames the names of the checkpoint's tensors in the base model, with `basePrefix`.
 * @throws GuidedDropoutError `MODEL_WEIGHTS` naming the first of those left over.
 */
export function assertAllUsed(
  { parameters, where }: WeightSource,
  baseNames: readonly string[],
  basePrefix: string,
): void {
  const used = new Set(parameters);
  const surplus = baseNames.filter(
    (name) => !used.has(name) && !surplusAllowed.some((pattern) => pattern.test(name.slice(basePrefix.length))),
  );
  if (surplus.length === 0) return;
  const first = surplus.slice(0, 3).join(', ');
  throw new GuidedDropoutError('MODEL_WEIGHTS', {
    where,
    expected: 'no tensors of the base model but those that config.json describes',
    received: `${surplus.length} more: ${first}${surplus.length > 3 ? ', …' : ''}`,
    fix: 'Check that the weights and config.json belong together, the number of layers first.',
  });
}

/**
 * Refuses new parameters beside trained ones that are of no use without the trained values in their place: the rest of a
 * module, or a classifier behind it.
 *
 * @param labelParameters the last layer, which is trained on what the layers before it give.
 * @throws GuidedDropoutError `MODEL_WEIGHTS` naming one that is missing and one that is there.
 */
export function assertNewTogether(
  { parameters, initialised, where }: WeightSource,
  labelParameters: RegExp | undefined,
): void {
  const isNew = new Set(initialised);
  const newModules = new Set(initialised.map(moduleOf));
  const trained = parameters.find(
    (name) =>
      !isNew.has(name) && isNew.size > 0 && (newModules.has(moduleOf(name)) || labelParameters?.test(name) === true),
  );
  if (trained === undefined) return;
  const missing = initialised.find((name) => moduleOf(name) === moduleOf(trained)) ?? initialised[0]!;
  throw new GuidedDropoutError('MODEL_WEIGHTS', {
    where: `${where}, tensor '${missing}'`,
    expected: `the one that '${trained}' was trained with`,
    received: 'no tensor of that name',
    fix: 'Download the checkpoint again; to draw a new head, leave out all of its tensors.',
  });
}

function moduleOf(parameter: string): string {
  return parameter.slice(0, parameter.lastIndexOf('.'));
}
