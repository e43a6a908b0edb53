import type { Config } from './read-rate.js';

/** The whole number in a field of a configuration; undefined where there is none. */
export function countIn(config: Config, field: string): number | undefined {
  const value = config[field];
  return Number.isInteger(value) ? (value as number) : undefined;
}

/** One site and so many per layer, by the field that counts the layers; undefined where it does not say. */
export function oneAndPerLayer(sitesPerLayer: number, field: string): (config: Config) => number | undefined {
  return (config) => {
    const layers = countIn(config, field);
    return layers === undefined ? undefined : 1 + sitesPerLayer * layers;
  };
}
