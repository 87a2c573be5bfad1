// paper.mjs: docs/paper.md from figures that were run in full
//
//   node tools/paper.mjs FOLDER    FOLDER/NAME is what `ftle figure NAME --out FOLDER/NAME` has left
//
// One table of all figures, what was found below it, and the charts in docs/images.
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

const ROOT = resolve(import.meta.dirname, '..');
const NAMES = ['fig2', 'fig3a', 'fig3b', 'figS1', 'fig4', 'figS4'];
const HEAD = `# The paper, figure by figure

Figures of Storm et al., Phys. Rev. Lett. 132, 057301 (2024), trained anew by \`npx ftle figure NAME --out NAME\` and
concluded by \`node tools/paper.mjs\`. Numbers of the paper are read off its figures. Ours are means over start
weights ± their standard errors.
`;

const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new Error('which folder are the figures in? node tools/paper.mjs FOLDER');

const rows = [];
const parts = [];
for (const name of NAMES) {
  const place = join(folder, name);
  if (!existsSync(join(place, 'comparison.md'))) continue;
  const lines = readFileSync(join(place, 'comparison.md'), 'utf8').split('\n');
  const [title] = lines;
  const table = lines.filter((line) => line.startsWith('|'));
  rows.push(...table.slice(2).map((line) => `| ${name} ${line}`));
  const findings = lines.filter((line) => line.startsWith('- '));
  const own = [`## ${name}: ${title.replace(/^# /, '')}`];
  for (const picture of readdirSync(place).sort()) {
    if (!picture.startsWith(name) || !picture.endsWith('.svg')) continue;
    copyFileSync(join(place, picture), join(ROOT, 'docs/images', picture));
    own.push(`![${title.replace(/^# /, '')}](images/${picture})`);
  }
  parts.push(...own, findings.join('\n'));
}
const table = [
  '| figure | quantity | paper | ours | deviation | why |',
  '| --- | --- | --: | --: | --: | --- |',
  ...rows,
].join('\n');
const path = join(ROOT, 'docs/paper.md');
const text = [HEAD, table, ...parts].join('\n\n');
writeFileSync(path, await format(text, { ...(await resolveConfig(path)), parser: 'markdown' }));
console.log(`${path}: ${rows.length} rows`);
