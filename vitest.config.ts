import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const packages = fileURLToPath(new URL('./packages/', import.meta.url));

export default defineConfig({
  resolve: {
    // Tests read the sources of every package, so a change is tested without a build.
    alias: [
      { find: /^@guided-dropout\/([^/]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^guided-dropout$/, replacement: `${packages}cli/src/index.ts` },
      { find: /^@guided-dropout\/([^/]+)\/([^/]+)$/, replacement: `${packages}$1/src/$2/index.ts` },
    ],
  },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'examples/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'],
    // The virtual-machine pools give tests other typed-array classes than onnxruntime-node checks for.
    pool: 'forks',
    // ONNX Runtime works with threads of its own in each of them.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
