/** Most characters of a text from the file that a message shows. */
const LONGEST_TEXT = 60;

const LONGEST_SHAPE = 8;

/** Most nodes that one message or note names in a row. */
const LONGEST_LIST = 12;

export function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

/** A name of the file as messages show it. */
export function quote(name: string): string {
  return `'${shorten(name)}'`;
}

/** Lengths of axes; `?` where open. */
export function showShape(shape: readonly (number | string | null)[]): string {
  const shown = shape.slice(0, LONGEST_SHAPE).map((length) => length ?? '?');
  return `[${shown.join(', ')}${shape.length > LONGEST_SHAPE ? ', …' : ''}]`;
}

export function showNodes(nodes: readonly string[]): string {
  const rest = nodes.length - LONGEST_LIST;
  return nodes.slice(0, LONGEST_LIST).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
