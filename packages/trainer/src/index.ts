export { Classifier, predictionOf, withWeights } from './classifier.js';
export { bucketedBatches, inBatches, shuffledBatches } from './data/batches.js';
export { collateInputs, collateLabels, type ClassificationExample } from './data/classification.js';
export { DropoutRates, type TrainedSite } from './dropout-rates.js';
export { linearWarmupDecay, type LearningRateSchedule } from './learning-rate.js';
export { withClassificationLoss, withMaskedLmLoss } from './losses.js';
export { defaultAdamW, type AdamWOptions } from './step/adamw.js';
export { Stepper, type StepperOptions, type StepResult } from './step/stepper.js';
export { train, type TrainOptions, type TrainResult } from './train.js';
