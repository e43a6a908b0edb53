/** Receives the progress of long work: `done` of `total` units. */
export type ProgressListener = (done: number, total: number) => void;
