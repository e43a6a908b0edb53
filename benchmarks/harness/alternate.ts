import type { WorkerProcess } from './worker-process.js';

/** Times of several workers, run in turn. */
export interface Alternation {
  /** Seconds per round, by worker, in their order. */
  readonly seconds: readonly (readonly number[])[];
  /** What each worker found in the last round. */
  readonly results: readonly (number | undefined)[];
}

/** Runs the workers one after the other, round by round, so that they share the machine's good and bad moments. */
export async function alternate(workers: readonly WorkerProcess[], rounds: number, warmUps = 2): Promise<Alternation> {
  const seconds = workers.map((): number[] => []);
  const results: (number | undefined)[] = workers.map(() => undefined);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [i, worker] of workers.entries()) {
      const timing = await worker.run();
      if (round >= 0) seconds[i]!.push(timing.seconds);
      results[i] = timing.result;
    }
  }
  return { seconds, results };
}

/** The median. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median over the rounds of the time of one worker divided by that of another in the same round. */
export function medianRatio(seconds: readonly number[], peer: readonly number[]): number {
  return median(seconds.map((value, round) => value / peer[round]!));
}
