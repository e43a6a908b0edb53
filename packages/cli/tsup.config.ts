import { defineConfig } from 'tsup';
import { nodeBase } from '../../tsup.config.base.js';

// main is the program that bin/guided-dropout.js runs; index is for programs that import the same steps.
export default defineConfig({ ...nodeBase, entry: ['src/main.ts', 'src/index.ts'], dts: { entry: 'src/index.ts' } });
