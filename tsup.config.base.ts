import type { Options } from 'tsup';

/** What every package's build shares: ESM only, types beside the code, readable output. */
export const base: Options = {
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  // Nothing of a platform is assumed: an import of a Node built-in fails the build and keeps the package browser-safe.
  platform: 'neutral',
  // The default would turn `node:fs` into `fs`, which other runtimes do not resolve.
  removeNodeProtocol: false,
  tsconfig: 'tsconfig.build.json',
  dts: true,
  clean: true,
  treeshake: true,
};

/** For the packages that read files or load native code. */
export const nodeBase: Options = { ...base, platform: 'node' };
