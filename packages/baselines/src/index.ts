export { gaussianDropout, standardDropout } from './constant-dropout.js';
export { gaussianNoise } from './gaussian-noise.js';
export { guidedDropout } from './guided-dropout.js';
export type { DropoutRegularizer } from './regularizer.js';
