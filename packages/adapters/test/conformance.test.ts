import { conformance } from './conformance.js';
import { goldenNames } from './golden-sources.js';

for (const name of goldenNames()) {
  conformance(name);
}
