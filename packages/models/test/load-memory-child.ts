// A process of its own for the test of memory: loads a checkpoint and reports by how much its largest size grew.
import { buildModel, loadCheckpoint } from '../src/index.js';

const [folder] = process.argv.slice(2) as [string];
const peak = (): number => process.resourceUsage().maxRSS * 1024;

const before = peak();
const start = performance.now();
const model = buildModel(await loadCheckpoint(folder), { type: 'masked-lm' });
const seconds = (performance.now() - start) / 1000;
process.stdout.write(JSON.stringify({ grown: peak() - before, seconds, parameters: model.parameters.length }));
