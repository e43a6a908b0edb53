import { execFileSync } from 'node:child_process';

/** A python3 that has torch: the path named by PYTHON, else /usr/bin/python3, else the first on PATH. */
export function pythonWithTorch(): string | undefined {
  for (const python of [process.env['PYTHON'], '/usr/bin/python3', 'python3']) {
    if (python === undefined) continue;
    try {
      execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
      return python;
    } catch {
      // The next one may have it.
    }
  }
  return undefined;
}
