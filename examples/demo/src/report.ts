/** Scores of one regulariser, a seed each. */
export interface RegularizerScores {
  readonly name: string;
  readonly scores: number[];
}

/** Mean and sample standard deviation of scores. */
export function summary(scores: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (scores.length - 1)) };
}

/** A table of mean, standard deviation and the score of every seed. */
export function scoreTable(rows: readonly RegularizerScores[], seeds: readonly number[]): string {
  const line = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(12)}${cells.map((cell) => cell.padStart(9)).join('')}`;
  const header = line('dropout', ['mean', 'sd', ...seeds.map((seed) => `seed ${seed}`)]);
  const body = rows.map(({ name, scores }) => {
    const { mean, deviation } = summary(scores);
    return line(
      name,
      [mean, deviation, ...scores].map((value) => value.toFixed(4)),
    );
  });
  return [header, ...body].join('\n');
}
