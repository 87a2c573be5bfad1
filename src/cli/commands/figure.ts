import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readMnist, type DigitImages } from '../../data/digits.ts';
import { asError, DataError, DeviceError } from '../../errors.ts';
import type { Conclusion, Figure, FigureSettings } from '../../figures/figure.ts';
import { FIGURE_NAMES, findFigure } from '../../figures/registry.ts';
import { partId, stepKey, type KeptStep } from '../../figures/run.ts';
import { comparisonMarkdown, tableCsv, tableJson } from '../../figures/writing.ts';
import { writeNetwork } from '../../files/save.ts';
import { oneOf, reading, UsageError, wholeNumber } from '../arguments.ts';
import { readInput, reasonOf } from '../input-file.ts';
import type { GivenStep } from '../jobs/figure.ts';
import { addBackendOption, createCommand, startSession, valueOption } from '../options.ts';
import { writeOutput } from '../output.ts';
import { decodePacket, encodePacket } from '../packet.ts';
import type { RunOptions, Session } from '../session.ts';
import { showSeconds } from '../wording.ts';

interface Options extends RunOptions {
  readonly out: string;
  readonly quick?: boolean;
  readonly seed: number;
  readonly resume?: boolean;
  readonly mnist?: string;
  readonly png: boolean;
}

/** Pixels for each unit of SVG in PNG files. */
const PIXEL_RATIO = 2;

export function addFigureCommand(program: Command, signal: AbortSignal): void {
  const command = createCommand(
    program,
    'figure',
    'a figure of Storm et al. (2024), trained anew',
    ['figS1 --out figS1', 'fig3a --quick --out fig3a --backend cpu', 'fig3b --out fig3b --resume'],
  );
  const seed = 'decides start values, data and the order of samples';
  command
    .argument('<name>', FIGURE_NAMES.join(', '))
    .requiredOption(
      '--out <folder>',
      'for charts (SVG, and PNG if there is a browser), data (CSV, JSON), networks, comparison.md',
    )
    .option('--quick', 'a smaller form, in seconds')
    .addOption(valueOption('--seed <n>', seed, wholeNumber(0, 2 ** 31), '1'))
    .option(
      '--mnist <folder>',
      'fig4, figS4: the four files of MNIST, instead of the built-in digits',
    )
    .option('--no-png', 'charts as SVG alone: starts no browser unless it computes there')
    .option(
      '--resume',
      'go on with what an earlier run has left in the folder, also within a step',
    );
  addBackendOption(command).action((name: string, given: Options) => draw(name, given, signal));
}

async function draw(name: string, given: Options, signal: AbortSignal): Promise<void> {
  const { out, backend, seed } = given;
  const figure = findFigure(reading('the figure', oneOf(FIGURE_NAMES))(name))!;
  const session = startSession('figure', given, signal);
  const size = given.quick ? 'quick' : 'full';
  const digits = given.mnist === undefined ? undefined : await readDigits(figure, given.mnist);
  const settings: FigureSettings = { size, seed, ...(digits && { digits }) };
  await makeFolder(out);
  const { results, seconds, description } = await computeSteps(figure, settings, given, session);
  const conclusion = await figure.conclude(settings, results);
  const files = await writeConclusion(figure, conclusion, given, session);
  session.print(
    { out, backend, device: description, seconds, size, seed, files, ...summary(conclusion) },
    [
      comparisonMarkdown(figure.title, conclusion),
      `${out}: ${files.length} files`,
      `${backend} (${description}), ${showSeconds(seconds)}`,
    ],
  );
}

function readDigits(figure: Figure<unknown>, folder: string): Promise<DigitImages> {
  if (!figure.wantsDigits)
    throw new UsageError(`--mnist is given, but ${figure.name} has no digits`);
  return readMnist((name) => readInput(join(folder, name)));
}

const summary = ({ comparison, findings }: Conclusion): object => ({ comparison, findings });

/**
 * Runs what is not kept in the folder yet. Every step is kept there as soon as it is done, and a part of the one
 * under way.
 */
async function computeSteps(
  figure: Figure<unknown>,
  settings: FigureSettings,
  { out, backend, resume }: Options,
  session: Session,
) {
  const folder = join(out, 'steps');
  await makeFolder(folder);
  const pathOf = (id: string): string =>
    join(folder, `${figure.sharesWith ?? figure.name}-${settings.size}-${settings.seed}-${id}.bin`);
  const results = new Map<string, unknown>();
  const given: GivenStep[] = [];
  for (const step of resume ? figure.steps(settings) : []) {
    const key = stepKey(settings, step);
    const kept = await readStep(pathOf(step.id), session);
    if (kept?.key === key) {
      given.push({ id: step.id, kept });
      results.set(step.id, kept.result);
      continue;
    }
    const part = await readStep(pathOf(partId(step.id)), session);
    if (part?.key === key) given.push({ id: partId(step.id), kept: part });
  }
  const run = await session.run(
    backend,
    'figure',
    { name: figure.name, settings },
    {
      give: () => Promise.resolve(given.shift() ?? null),
      async take({ id, kept }) {
        if (!kept) {
          results.delete(id);
          await rm(pathOf(id), { force: true });
          return;
        }
        results.set(id, kept.result);
        await writeOutput(pathOf(id), Buffer.concat(encodePacket(kept)));
      },
    },
  );
  return { ...run, results };
}

/** Undefined if there is no such file, or a damaged one: its step begins anew then, and a note says so. */
async function readStep(path: string, session: Session): Promise<KeptStep | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DataError(`${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
  try {
    return decodePacket(bytes) as KeptStep;
  } catch (cause) {
    session.reporter.note(`${path} begins anew: ${asError(cause).message}`);
    return undefined;
  }
}

/** Names of the files that were written. */
async function writeConclusion(
  figure: Figure<unknown>,
  conclusion: Conclusion,
  given: Options,
  session: Session,
): Promise<string[]> {
  const { out, png } = given;
  const { charts, tables, networks } = conclusion;
  const files: string[] = [];
  const write = async (name: string, content: Uint8Array | string): Promise<void> => {
    await writeOutput(join(out, name), content);
    files.push(name);
  };
  await write('comparison.md', comparisonMarkdown(figure.title, conclusion));
  for (const table of tables) {
    await write(`${table.name}.csv`, tableCsv(table));
    await write(`${table.name}.json`, tableJson(table));
  }
  // What draws charts is larger than all the rest.
  const { chartSvg } = await import('../../figures/chart.ts');
  const pictures = await Promise.all(charts.map(chartSvg));
  for (const [i, { name }] of charts.entries()) await write(`${name}.svg`, pictures[i]);
  const images = png ? await rasterise(pictures, given, session) : null;
  if (images) for (const [i, { name }] of charts.entries()) await write(`${name}.png`, images[i]);
  if (networks.length > 0) await makeFolder(join(out, 'networks'));
  for (const { name, network } of networks) {
    await write(`networks/${name}.safetensors`, await writeNetwork(network, 'safetensors'));
  }
  return files;
}

/** Pictures as PNG, whatever has computed them: only a browser draws. Null, and a note why, if there is none. */
async function rasterise(
  pictures: readonly string[],
  { backend }: Options,
  session: Session,
): Promise<readonly Uint8Array[] | null> {
  const job = { pictures, pixelRatio: PIXEL_RATIO };
  try {
    return (await session.run('webgpu', 'rasterise', job)).result;
  } catch (error) {
    if (backend === 'webgpu' || !(error instanceof DeviceError)) throw error;
    session.reporter.note(`no PNG of charts: ${error.message}`);
    return null;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new DataError(`${path} cannot be a folder: ${reasonOf(cause)}`, { cause });
  }
}
