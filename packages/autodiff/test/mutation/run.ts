import { equivalentMutants } from './equivalent-mutants.js';
import { isEquivalent, MutationCheck } from './mutation-check.js';

// Prints a JSON line for every mutant that the cases let live, for every known equivalent that is none, and a summary.
const only = process.argv.slice(2);
const check = await MutationCheck.create();
const print = (record: unknown): void => void process.stdout.write(`${JSON.stringify(record)}\n`);
const files = [...new Set(check.mutants.map(({ file }) => file))].filter((file) => !only.length || only.includes(file));
const totals = { mutants: 0, killed: 0, equivalent: 0, survived: 0, stale: 0 };

for (const file of files) {
  const mutants = check.mutants.filter((mutant) => mutant.file === file);
  const survivors = await check.survivors(file, mutants);
  const unknown = survivors.filter((mutant) => !isEquivalent(mutant));
  for (const { line, code, change } of unknown) print({ survived: file, line, change, code });
  const stale = equivalentMutants.filter(
    (known) =>
      known.file === file && !survivors.some(({ code, change }) => code === known.code && change === known.change),
  );
  for (const { code, change } of stale) print({ stale: file, change, code });
  totals.mutants += mutants.length;
  totals.killed += mutants.length - survivors.length;
  totals.equivalent += survivors.length - unknown.length;
  totals.survived += unknown.length;
  totals.stale += stale.length;
}

print({ summary: totals });
process.exitCode = totals.survived + totals.stale === 0 ? 0 : 1;
