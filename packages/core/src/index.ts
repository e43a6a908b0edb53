export type { DropoutSchedule, ScheduledSite, ScheduleProvenance } from './dropout-schedule.js';
export type { DropoutSite } from './dropout-site.js';
export { GuidedDropoutError, type ErrorReport } from './errors.js';
export type { LayerScores, SiteScore } from './layer-scores.js';
export type { ProgressListener } from './progress.js';
export { Random } from './random.js';
export type { StepReport, TrainingCallback, TrainingControl } from './training-callback.js';
