import { DataError } from '../errors.ts';
import { shorten } from './show.ts';

/**
 * Reads JSON as JSON.parse does, and refuses what that lets pass: a name that stands twice in one
 * object (the last would win), and nesting beyond `maximalDepth`, which costs memory out of proportion.
 *
 * @param what - names the text in messages, such as `the header`.
 * @throws DataError
 */
export function parseStrictJson(text: string, maximalDepth: number, what: string): unknown {
  checkNames(text, maximalDepth, what);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new DataError(`${what} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Walks over brackets and strings only: whether it is JSON at all is seen afterwards. */
function checkNames(text: string, maximalDepth: number, what: string): void {
  /** The names of every open object; null for an open list. */
  const open: (Set<string> | null)[] = [];
  let isName = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"') {
      const end = stringEnd(text, i);
      if (isName) addName(open.at(-1)!, text.slice(i, end), what);
      isName = false;
      i = end - 1;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : null);
      isName = character === '{';
      if (open.length > maximalDepth) {
        throw new DataError(
          `${what} is nested more than ${maximalDepth} deep at character ${i}, which no such file needs`,
        );
      }
    } else if (character === '}' || character === ']') {
      open.pop();
      isName = false;
    } else if (character === ',') {
      isName = open.length > 0 && open.at(-1) !== null;
    }
  }
}

/** Where the string that starts at `start` has ended. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

function addName(names: Set<string>, literal: string, what: string): void {
  let name = literal;
  try {
    if (literal.includes('\\')) name = `"${String(JSON.parse(literal))}"`;
  } catch (cause) {
    throw new DataError(`${what} is no JSON: ${(cause as Error).message}`, { cause });
  }
  if (names.has(name)) {
    throw new DataError(
      `${what} has the name ${shorten(name)} twice; write the file again with every name once`,
    );
  }
  names.add(name);
}
