import type { ComparisonRow, Conclusion, Table } from './figure.ts';

/** A table as CSV: the columns' names, then a line a row; nothing where there is no value. */
export function tableCsv({ columns, rows }: Table): string {
  const lines = [columns, ...rows].map((row) => row.map(csvCell).join(','));
  return `${lines.join('\n')}\n`;
}

/** A table as JSON: a list with an object for each row. */
export function tableJson({ columns, rows }: Table): string {
  const records = rows.map((row) =>
    Object.fromEntries(row.map((value, i) => [columns[i], finite(value)])),
  );
  return `[\n${records.map((record) => `  ${JSON.stringify(record)}`).join(',\n')}\n]\n`;
}

/** The comparison as Markdown: a table, then what was found. */
export function comparisonMarkdown(
  title: string,
  { comparison, findings }: Pick<Conclusion, 'comparison' | 'findings'>,
): string {
  const parts = [`# ${title}`, comparisonTable(comparison)];
  if (findings.length > 0) parts.push(findings.map((finding) => `- ${finding}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

/** quantity · paper · ours · deviation · why, as a Markdown table. */
export function comparisonTable(rows: readonly ComparisonRow[]): string {
  const header = ['quantity', 'paper', 'ours', 'deviation', 'why'];
  const rule = ['---', '--:', '--:', '--:', '---'];
  return [header, rule, ...rows.map(comparisonCells)]
    .map((cells) => `| ${cells.map(escape).join(' | ')} |`)
    .join('\n');
}

/** quantity · paper · ours · deviation · why, as texts. */
export function comparisonCells(row: ComparisonRow): string[] {
  const { quantity, paper, ours, error, statement, note } = row;
  return [
    quantity,
    statement ?? (paper === null ? '' : showNumber(paper)),
    showNumber(ours) + (error === undefined ? '' : ` ± ${showNumber(error)}`),
    paper === null ? '' : showSigned(ours - paper),
    note ?? '',
  ];
}

/** Two decimals; for small numbers two digits. */
export function showNumber(value: number): string {
  // Rounding errors of a difference.
  if (Math.abs(value) < 1e-9) return '0';
  if (Number.isInteger(value)) return String(value).replace('-', '−');
  const size = Math.abs(value);
  const text =
    size >= 0.01 && size < 1e5 ? value.toFixed(size < 0.1 ? 3 : 2) : value.toPrecision(2);
  return text.replaceAll('-', '−');
}

function showSigned(value: number): string {
  const text = showNumber(value);
  return value > 0 && text !== '0' ? `+${text}` : text;
}

const escape = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function csvCell(value: number | string | null): string {
  const text = finite(value) === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Neither CSV nor JSON has a number for infinity. */
function finite(value: number | string | null): number | string | null {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
