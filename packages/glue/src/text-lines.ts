import { GuidedDropoutError } from '@guided-dropout/core';

const NEWLINE = 0x0a;

/**
 * The lines of a UTF-8 file without their ends (`\n` or `\r\n`) and without a byte order mark; `path` names it in errors.
 *
 * Decoding line by line keeps the whole text from being a second copy in memory, and past 512 MiB not a string at all.
 *
 * @throws GuidedDropoutError `GLUE_ROW` on a line that is not UTF-8: a replacement character would train in silence.
 */
export function* textLines(bytes: Uint8Array, path: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let line = 0;
  for (let start = hasMark ? 3 : 0; start < bytes.length;) {
    line++;
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    let text: string;
    try {
      text = decoder.decode(bytes.subarray(start, end));
    } catch (cause) {
      const where = `${path}:${line}`;
      const fix = 'Save the file as UTF-8.';
      throw new GuidedDropoutError(
        'GLUE_ROW',
        { where, expected: 'UTF-8 text', received: 'other bytes', fix },
        { cause },
      );
    }
    yield text.endsWith('\r') ? text.slice(0, -1) : text;
    start = end + 1;
  }
}
