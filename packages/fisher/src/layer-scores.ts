import { GuidedDropoutError, type DropoutSite, type LayerScores } from '@guided-dropout/core';

/**
 * Scores the layer in front of each dropout site: the mean over its parameter tensors of each tensor's mean Fisher
 * information (the rule of Sharma et al., 2024).
 *
 * @param diagonal per parameter, the Fisher information of each element.
 * @throws GuidedDropoutError `FISHER_PARAMETER` when the estimate lacks a parameter of a site, or a site has none.
 */
export function layerScores(
  diagonal: ReadonlyMap<string, ArrayLike<number>>,
  sites: readonly DropoutSite[],
): LayerScores {
  return sites.map(({ name, parameters }) => {
    if (parameters.length === 0) throw unscored(name);
    const means = parameters.map((parameter) => mean(valuesOf(diagonal, parameter, name)));
    return { site: name, score: mean(means) };
  });
}

function valuesOf(
  diagonal: ReadonlyMap<string, ArrayLike<number>>,
  parameter: string,
  site: string,
): ArrayLike<number> {
  const values = diagonal.get(parameter);
  if (values !== undefined) return values;
  throw new GuidedDropoutError('FISHER_PARAMETER', {
    where: `score of site '${site}'`,
    expected: `a Fisher estimate of '${parameter}'`,
    received: `an estimate of ${diagonal.size} other parameters`,
    fix: 'Estimate the Fisher information of the same model, with all of its base parameters.',
  });
}

function unscored(site: string): GuidedDropoutError {
  return new GuidedDropoutError('FISHER_PARAMETER', {
    where: `score of site '${site}'`,
    expected: 'parameters in front of it',
    received: 'none',
    fix: 'Score the sites of the base model only; those of a head have no parameters to be scored by.',
  });
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
