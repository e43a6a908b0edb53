import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { publicPackages, repositoryRoot, type WorkspacePackage } from '../scripts/repository.mjs';
import { captureCommand } from '../scripts/run-command.mjs';
import { createUserProject } from './user-project.js';

let project: string;

beforeAll(async () => {
  project = await createUserProject();
}, 300_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

test.each(publicPackages())('the first example in the README of $name runs', async (each) => {
  const { language, code } = firstExample(each);
  const cwd = join(project, each.folder);
  mkdirSync(cwd, { recursive: true });
  const env = { PATH: `${join(project, 'node_modules/.bin')}${delimiter}${process.env['PATH']}` };
  const file = join(cwd, `example.${language}`);
  writeFileSync(file, code);
  // A failing example rejects with all it printed.
  if (language === 'sh') await captureCommand('sh', ['-eu', file], { cwd, env });
  else await captureCommand(process.execPath, ['--import', import.meta.resolve('tsx'), file], { cwd, env });
});

/** The first block of code; in the README of a program, also the first block of commands that calls it. */
function firstExample({ folder, manifest }: WorkspacePackage): { language: 'ts' | 'js' | 'sh'; code: string } {
  const readme = readFileSync(join(repositoryRoot, folder, 'README.md'), 'utf8');
  const commands = Object.keys(manifest.bin ?? {}).map((program) => new RegExp(`^(npx )?${program} `, 'm'));
  for (const [, language, code = ''] of readme.matchAll(/^```(\w+)[^\n]*\n(.*?)^```/gms)) {
    if (language === 'ts' || language === 'js') return { language, code };
    if (language === 'sh' && commands.some((command) => command.test(code))) return { language, code };
  }
  throw new Error(`${folder}/README.md: expected a block marked ts or js (or sh, for a program), found none.`);
}
