import type { GraphBuilder } from './builder.js';

/**
 * Writes noise on a value.
 *
 * @param value the name of a float32 value.
 * @param rate the name of a float32 scalar in [0, 1); at 0 the value must pass unchanged.
 * @param seed a non-negative safe integer below 2³¹; equal seeds give equal noise in equal sessions.
 * @returns the name of the noisy value, of the same shape.
 */
export type NoiseEmitter = (builder: GraphBuilder, value: string, rate: string, seed: number) => string;
