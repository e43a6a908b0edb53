import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as core from '@guided-dropout/core';
import * as onnx from '@guided-dropout/onnx';
import ts from 'typescript';
import * as emit from '../../src/emit.js';
import * as errors from '../../src/errors.js';
import type { GradientRules } from '../../src/index.js';
import * as rule from '../../src/rule.js';

type Exports = Record<string, unknown>;
type Require = (specifier: string) => unknown;
type Factory = (require: Require, exports: Exports) => void;

/** What rule files import from outside their folder; it is never mutated. */
const outside: Readonly<Record<string, unknown>> = {
  '@guided-dropout/core': core,
  '@guided-dropout/onnx': onnx,
  '../emit.js': emit,
  '../errors.js': errors,
  '../rule.js': rule,
};

const INDEX = 'index.ts';

/** The rule files as modules that can be put together again with one of them changed. */
export class RuleModules {
  private constructor(
    /** The source of every rule file, by its name. */
    readonly sources: ReadonlyMap<string, string>,
    private readonly factories: ReadonlyMap<string, Factory>,
  ) {}

  static async load(): Promise<RuleModules> {
    const folder = fileURLToPath(new URL('../../src/rules/', import.meta.url));
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    const sources = new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
    const factories = await compile([...sources.values()]);
    return new RuleModules(sources, new Map(names.map((name, i) => [name, factories[i]!])));
  }

  /** The rules with each of some other sources in the place of a file's, in order. */
  async rulesWith(file: string, sources: readonly string[]): Promise<GradientRules[]> {
    const changed = await compile(sources);
    return changed.map((factory) => this.#link(new Map([...this.factories, [file, factory]])).rules);
  }

  /** The keys of the rules that a file takes part in, by file. */
  rulesOfFiles(): ReadonlyMap<string, readonly string[]> {
    const { rules, modules, imports } = this.#link(this.factories);
    const reach = (file: string, target: string): boolean =>
      file === target || [...(imports.get(file) ?? [])].some((each) => reach(each, target));
    const files = [...this.sources.keys()].filter((file) => file !== INDEX);
    const fileOf = (ofRule: unknown): string =>
      files.find((file) => Object.values(modules.get(file)!).includes(ofRule)) ?? INDEX;
    return new Map(
      files.map((file) => [file, [...rules].flatMap(([key, each]) => (reach(fileOf(each), file) ? [key] : []))]),
    );
  }

  #link(factories: ReadonlyMap<string, Factory>): {
    readonly rules: GradientRules;
    readonly modules: ReadonlyMap<string, Exports>;
    readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
  } {
    const modules = new Map<string, Exports>();
    const imports = new Map<string, Set<string>>();
    const load = (file: string): Exports => {
      const loaded = modules.get(file);
      if (loaded !== undefined) return loaded;
      const exports: Exports = {};
      modules.set(file, exports);
      const own = new Set<string>();
      imports.set(file, own);
      factories.get(file)!((specifier) => {
        if (!specifier.startsWith('./')) return importedFromOutside(file, specifier);
        const name = specifier.slice(2).replace(/\.js$/, '.ts');
        own.add(name);
        return load(name);
      }, exports);
      return exports;
    };
    const { defaultRules } = load(INDEX) as { defaultRules: GradientRules };
    return { rules: defaultRules, modules, imports };
  }
}

function importedFromOutside(file: string, specifier: string): unknown {
  const found = outside[specifier];
  if (found === undefined)
    throw new RangeError(`rules/${file} imports '${specifier}': add it to the list in this file.`);
  return found;
}

/** Turns TypeScript sources into functions that run them, by way of a module file that is removed at once. */
async function compile(sources: readonly string[]): Promise<readonly Factory[]> {
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const functions = sources.map((source) => {
    const { outputText } = ts.transpileModule(source, { compilerOptions: options });
    return `function (require, exports) {\n${outputText}\n}`;
  });
  const folder = mkdtempSync(join(tmpdir(), 'guided-dropout-rules-'));
  const file = join(folder, 'rules.mjs');
  try {
    writeFileSync(file, `export const factories = [${functions.join(',\n')}];\n`);
    const module: { factories: readonly Factory[] } = await import(/* @vite-ignore */ pathToFileURL(file).href);
    return module.factories;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
