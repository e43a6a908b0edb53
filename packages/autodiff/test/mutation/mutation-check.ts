import type { GradientRules } from '../../src/index.js';
import { ruleChecks, type Attempt, type RuleCheck } from '../rule-checks.js';
import { equivalentMutants } from './equivalent-mutants.js';
import { mutantsOf, type Mutant } from './mutants.js';
import { RuleModules } from './rule-modules.js';

/** A mutant of one rule file. */
export interface FileMutant extends Mutant {
  readonly file: string;
  /** The keys of the rules that the file takes part in. */
  readonly rules: readonly string[];
}

/** Tells which mutants of the rule files the cases of their rules notice. */
export class MutationCheck {
  readonly mutants: readonly FileMutant[];
  readonly #modules: RuleModules;
  readonly #attempts = new Map<RuleCheck, Promise<Attempt>>();
  /** In the order to try: what noticed the last mutant probably notices the next, which stands beside it. */
  #checks: readonly RuleCheck[] = ruleChecks;

  private constructor(modules: RuleModules) {
    this.#modules = modules;
    const rules = modules.rulesOfFiles();
    this.mutants = [...rules].flatMap(([file, keys]) =>
      mutantsOf(modules.sources.get(file)!).map((mutant) => ({ ...mutant, file, rules: keys })),
    );
  }

  static async create(): Promise<MutationCheck> {
    return new MutationCheck(await RuleModules.load());
  }

  /** Those of the mutants, all of one file, that no case notices. */
  async survivors(file: string, mutants: readonly FileMutant[]): Promise<FileMutant[]> {
    const original = this.#modules.sources.get(file)!;
    const [unchanged, ...changed] = await this.#modules.rulesWith(file, [
      original,
      ...mutants.map((mutant) => mutant.source),
    ]);
    for (const rule of mutants[0]?.rules ?? []) {
      const noticed = await this.#noticed([rule], unchanged!);
      if (noticed !== undefined) throw new Error(`The rule of ${rule} fails without a change: ${noticed}`);
    }
    const survivors: FileMutant[] = [];
    for (const [i, mutant] of mutants.entries()) {
      if ((await this.#noticed(mutant.rules, changed[i]!)) === undefined) survivors.push(mutant);
    }
    return survivors;
  }

  /** What a case says of the rules; undefined where all are content. */
  async #noticed(keys: readonly string[], rules: GradientRules): Promise<string | undefined> {
    for (const check of this.#checks) {
      if (!keys.includes(check.rule)) continue;
      const attempt = await this.#attemptOf(check);
      const complaint = await attempt(rules).catch((error: unknown) => `${error}`);
      if (complaint === undefined) continue;
      this.#checks = [check, ...this.#checks.filter((other) => other !== check)];
      return `${check.rule}, ${check.name}: ${complaint}`;
    }
    return undefined;
  }

  #attemptOf(check: RuleCheck): Promise<Attempt> {
    const known = this.#attempts.get(check);
    if (known !== undefined) return known;
    const attempt = check.prepare();
    this.#attempts.set(check, attempt);
    return attempt;
  }
}

/** Whether a mutant is known to compute the same gradients. */
export function isEquivalent({ file, code, change }: FileMutant): boolean {
  return equivalentMutants.some((known) => known.file === file && known.code === code && known.change === change);
}
