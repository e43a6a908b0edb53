// A process of its own for the tests of output: one that is killed while it writes, one that may not write much.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GuidedDropoutError } from '@guided-dropout/core';
import { writeFileAtomically, writeFolderAtomically } from '../src/output/index.js';

const [task, path] = process.argv.slice(2) as [string, string];

if (task === 'hang') {
  await writeFolderAtomically(path, async (temporary) => {
    await writeFile(join(temporary, 'half'), 'half');
    process.stdout.write('filling\n');
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  });
} else {
  try {
    await writeFileAtomically(path, new Uint8Array(2 ** 20));
    process.stdout.write('written\n');
  } catch (error) {
    if (!(error instanceof GuidedDropoutError)) throw error;
    process.stdout.write(`${error.code}: ${error.message}\n`);
  }
}
