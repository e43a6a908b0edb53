#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) await import(main.href);
else {
  // Only a checkout of the repository can be without its build; what npm installs is complete.
  process.stderr.write(
    'error: guided-dropout is not built: run `npm run build` in the root of the repository first.\n',
  );
  process.exitCode = 1;
}
