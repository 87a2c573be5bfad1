// paper.mjs: numbers and pictures of figures that were run in full, put into docs/paper.md
//
//   node tools/paper.mjs FOLDER    FOLDER/NAME is what `ftle figure NAME --out FOLDER/NAME` has left
//
// Replaces the rows of these figures in the one table of the page, and what stands between the lines
// `<!-- NAME -->` and `<!-- end of NAME -->`; all else there is written by hand and stays, as do descriptions and order of
// pictures that are there already. Charts go to docs/images.
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeMarkdown } from './markdown.mjs';

const ROOT = resolve(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/paper.md');
const NAMES = ['fig2', 'fig3a', 'fig3b', 'figS1', 'fig4', 'figS4'];

/** @typedef {{ rows: string[], title: string, pictures: string[], findings: string }} Part */

/**
 * What a run has left of a figure, for the page; null if it is not there.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {Part | null}
 */
function readPart(folder, name) {
  const place = join(folder, name);
  if (!existsSync(join(place, 'comparison.md'))) return null;
  const lines = readFileSync(join(place, 'comparison.md'), 'utf8').split('\n');
  const title = lines[0].replace(/^# /, '');
  const pictures = readdirSync(place)
    .filter((file) => file.startsWith(name) && file.endsWith('.svg'))
    .sort();
  for (const picture of pictures) {
    copyFileSync(join(place, picture), join(ROOT, 'docs/images', picture));
  }
  const table = lines.filter((line) => line.startsWith('|')).slice(2);
  return {
    rows: table.map((line) => `| ${name} ${line}`),
    title,
    pictures,
    findings: lines.filter((line) => line.startsWith('- ')).join('\n'),
  };
}

/**
 * @param {string} page
 * @param {string} name
 * @param {Part} part
 */
function putPart(page, name, { rows, title, pictures, findings }) {
  const block = new RegExp(`<!-- ${name} -->[^]*<!-- end of ${name} -->`);
  const [before] = block.exec(page) ?? [];
  if (before === undefined)
    throw new Error(`${PAGE} has no lines <!-- ${name} --> and <!-- end of ${name} -->`);
  /** @type {Map<string, string>} */
  const shown = new Map();
  for (const [line, picture] of before.matchAll(/^!\[.*\]\(images\/(.*)\)$/gm)) {
    if (pictures.includes(picture)) shown.set(picture, line);
  }
  for (const picture of pictures) {
    if (!shown.has(picture)) shown.set(picture, `![${title}](images/${picture})`);
  }
  const text = [...shown.values(), findings].join('\n\n');
  const lines = page.split('\n');
  const figureOf = (/** @type {string} */ line) => /^\| (fig\w+) /.exec(line)?.[1];
  const others = lines.filter((line) => figureOf(line) !== name);
  // Rows stand in the order of NAMES, behind the head of the table.
  const head = others.findIndex((line) => /^\| -+/.test(line));
  if (head < 0) throw new Error(`${PAGE} has no table`);
  let place = head + 1;
  while (NAMES.indexOf(figureOf(others[place]) ?? '') >= 0) {
    if (NAMES.indexOf(figureOf(others[place]) ?? '') > NAMES.indexOf(name)) break;
    place++;
  }
  others.splice(place, 0, ...rows);
  return others
    .join('\n')
    .replace(block, () => `<!-- ${name} -->\n\n${text}\n\n<!-- end of ${name} -->`);
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  throw new Error('which folder are the figures in? node tools/paper.mjs FOLDER');
}
let page = readFileSync(PAGE, 'utf8');
const found = [];
for (const name of NAMES) {
  const part = readPart(folder, name);
  if (!part) continue;
  page = putPart(page, name, part);
  found.push(name);
}
await writeMarkdown(PAGE, page);
console.log(`${PAGE}: ${found.join(', ') || 'no figures found'}`);
