import type { Options } from 'tsup';

/** What every package's build shares: ESM only, types beside the code, sources left readable. */
export const base: Options = {
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'neutral',
  dts: true,
  clean: true,
  sourcemap: false,
  treeshake: true,
};
