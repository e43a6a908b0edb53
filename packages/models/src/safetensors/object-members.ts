/**
 * The members of a JSON object, each as its key and the text of its value, in the order of the text.
 *
 * `JSON.parse` of the whole would keep only the last of two members of one name, and would build whatever a hostile
 * header describes before anything could be checked. Values are cut out by their brackets and not looked at.
 *
 * @throws SyntaxError where the text is not one object with nothing but white space behind it.
 */
export function* objectMembers(json: string): Generator<readonly [key: string, value: string]> {
  let at = expect(json, 0, '{');
  if (json[skipSpace(json, at)] === '}') return assertEnd(json, skipSpace(json, at) + 1);
  for (;;) {
    at = skipSpace(json, at);
    if (json[at] !== '"') throw new SyntaxError(`expected a key at character ${at}`);
    const keyEnd = stringEnd(json, at);
    const key = JSON.parse(json.slice(at, keyEnd)) as string;
    const start = skipSpace(json, expect(json, skipSpace(json, keyEnd), ':'));
    const end = valueEnd(json, start);
    yield [key, json.slice(start, end).trimEnd()];
    if (json[end] === '}') return assertEnd(json, end + 1);
    at = expect(json, end, ',');
  }
}

/** The index of the comma or bracket that ends the value at `start`. */
function valueEnd(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at++) {
    const character = json[at]!;
    if (character === '"') at = stringEnd(json, at) - 1;
    else if (depth === 0 && (character === ',' || character === '}')) return at;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
  }
  throw new SyntaxError('the text ends inside a value');
}

/** The index after the string that begins at `start`. */
function stringEnd(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === '\\') at++;
    else if (json[at] === '"') return at + 1;
  }
  throw new SyntaxError('the text ends inside a string');
}

function expect(json: string, at: number, character: string): number {
  if (json[at] === character) return at + 1;
  throw new SyntaxError(`expected ${character} at character ${at}`);
}

function skipSpace(json: string, start: number): number {
  let at = start;
  while (at < json.length && ' \t\n\r'.includes(json[at]!)) at++;
  return at;
}

function assertEnd(json: string, at: number): void {
  if (skipSpace(json, at) !== json.length) throw new SyntaxError(`more text after the object, at character ${at}`);
}
