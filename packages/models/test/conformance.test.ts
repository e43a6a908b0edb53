import { goldenExports } from '../../autodiff/test/golden-model.js';
import { conformance } from './conformance.js';

for (const name of new Set(goldenExports().map(({ model }) => model))) {
  conformance(name);
}
