import { expect, test } from 'vitest';
import { downloadBars } from './load-model.js';

test('a bar per large file, in megabytes, full with the last byte and not before', () => {
  const drawn: (readonly [string, number, number])[] = [];
  const show = downloadBars((label) => (done, total) => drawn.push([label, done, total]));
  show({ file: 'config.json', receivedBytes: 500, totalBytes: 500 });
  for (const receivedBytes of [0, 999_999, 5_999_999, 6_000_000, 6_000_001]) {
    show({ file: 'a.safetensors', receivedBytes, totalBytes: 6_000_001 });
  }
  show({ file: 'b.safetensors', receivedBytes: 7e6, totalBytes: 7e6 });
  expect(drawn).toEqual([
    ...[0, 0, 5, 6, 7].map((done) => ['Downloading a.safetensors (MB)', done, 7]),
    ['Downloading b.safetensors (MB)', 7, 7],
  ]);
});
