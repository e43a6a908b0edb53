import type { Tensor } from '@guided-dropout/onnx';

/** A module path and one of the names that PyTorch's modules have for their parameters. */
const pattern = /^[A-Za-z_][\w-]*(?:\.[\w-]+)*\.(weight|bias|gamma|beta)$/;

/**
 * Whether an initializer is a parameter that kept its name: float32, and called `module.path.weight` or the like.
 *
 * Buffers have other names (`rotary_emb.inv_freq`), but for the causal masks of old GPT-2s: `attn.bias`, of four axes.
 */
export function isNamedParameter(name: string, value: Tensor): boolean {
  const kind = pattern.exec(name)?.[1];
  if (kind === undefined || value.dataType !== 'float32') return false;
  return kind === 'weight' ? value.dims.length > 0 : value.dims.length === 1;
}

/** The module of a parameter: its name without the last part. */
export function moduleOf(parameter: string): string {
  return parameter.slice(0, Math.max(0, parameter.lastIndexOf('.')));
}
