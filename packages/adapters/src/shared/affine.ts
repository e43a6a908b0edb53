/** The parameters of a linear layer or LayerNorm with bias, by its path. */
export function affine(module: string): string[] {
  return [`${module}.weight`, `${module}.bias`];
}

/** The parameters of a linear layer that has a bias in some models only. */
export function optionallyBiased(model: { find(relative: string): string | undefined }, module: string): string[] {
  return model.find(`${module}.bias`) === undefined ? [`${module}.weight`] : affine(module);
}
