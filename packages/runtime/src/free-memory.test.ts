import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { freeMemory } from './free-memory.js';

describe('freeMemory', () => {
  it('empties the arrays over the buffers, some of them the same', async () => {
    const buffer = new ArrayBuffer(16);
    const arrays = [new Float32Array(buffer, 0, 2), new Float32Array(buffer, 8, 2), new BigInt64Array(1)];
    await freeMemory(arrays.map((array) => array.buffer));
    expect(arrays.map(({ length }) => length)).toEqual([0, 0, 0]);
  });

  it('keeps a program running that has nothing else to do', async () => {
    const program = `import { freeMemory } from ${JSON.stringify(new URL('./free-memory.ts', import.meta.url).href)};
      await freeMemory([new ArrayBuffer(8)]);
      console.log('done');`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      program,
    ]);
    expect(stdout).toBe('done\n');
  });

  it('gives the memory back without a collection of garbage', async () => {
    const megabyte = 2 ** 20;
    const held = (): number => process.memoryUsage().arrayBuffers;
    const before = held();
    for (let i = 0; i < 64; i++) {
      const buffer = new ArrayBuffer(16 * megabyte);
      new Uint8Array(buffer).fill(1);
      await freeMemory([buffer]);
    }
    // A gigabyte in all; what is left is at most what the last turns of the loop have not given back yet.
    expect(held() - before).toBeLessThan(64 * megabyte);
  });
});
