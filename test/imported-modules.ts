import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';

/** The modules outside itself that a file imports, exports from or imports dynamically by a literal name; no built-ins. */
export function importedModules(file: string): string[] {
  // TypeScript's own scanner: comments and strings that look like imports do not count.
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => fileName).filter((name) => !name.startsWith('.') && !isBuiltin(name));
}

/** The package a module specifier belongs to: `@scope/name/sub` gives `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The files below a folder whose path in it matches, as paths in it with `/`. */
export function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => pattern.test(path) && !path.includes('node_modules/'))
    .map((path) => join(folder, path));
}
