import { paperSettings, type FinetuneSettings } from 'guided-dropout';

/** What the demo does; small enough for three minutes on two cores. */
export const settings = {
  corpusSize: 60_000,
  /** The paper's 1 % sub-sample (Table 1). */
  fisherFraction: 0.01,
  numTrain: 400,
  numDev: 1000,
  /** Upper and lower rate of the paper; standard and Gaussian dropout run at the upper one everywhere. */
  upperRate: 0.1,
  lowerRate: 0,
  seeds: [1, 2, 3],
  /** The paper's protocol, with a higher rate and more epochs for so small a model and training set. */
  finetune: { ...paperSettings, numEpochs: 10, batchSize: 16, learningRate: 5e-4 } satisfies FinetuneSettings,
};
