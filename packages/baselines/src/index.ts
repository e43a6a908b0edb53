export { gaussianNoise } from './gaussian-noise.js';
