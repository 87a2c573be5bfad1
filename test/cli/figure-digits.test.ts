// Plan: the figures of digits in their quick form, on drawn digits, by the built command. Networks learn them; H and
// error of the ensemble grow with λ₁, clusters have lower λ₁ in their centres than at their edges, an attack meets
// its highest λ₁ on the way and not at its ends, λ₁ grows with the width and spreads less (fig4); attacks go along
// the stretching direction more than chance would (figS4), and come from what fig4 has kept. Files of MNIST's form
// are read, broken ones and figures without digits refused. Control: the margin falls where λ₁ grows.
import { gzipSync } from 'node:zlib';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MNIST_FILES } from '../../src/data/digits.ts';
import { Workplace } from '../support/command.ts';

const place = new Workplace();

type Row = Readonly<Record<string, number>>;

const rowsOf = (path: string): Row[] =>
  JSON.parse(new TextDecoder().decode(place.read(path))) as Row[];

interface Report {
  readonly comparison: readonly { readonly quantity: string; readonly ours: number }[];
}

async function draw(...args: string[]): Promise<(quantity: string) => number> {
  const { code, stdout, stderr } = await place.run(['figure', ...args, '--json', '--quiet']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const { comparison } = JSON.parse(stdout) as Report;
  return (quantity) => {
    const found = comparison.find((row) => row.quantity.startsWith(quantity));
    expect(found, quantity).toBeDefined();
    return found!.ours;
  };
}

describe('figures of digits', () => {
  it('fig4: uncertainty, clusters, an attack and widths by λ₁', async () => {
    const ours = await draw('fig4', '--quick', '--out', 'digits', '--backend', 'cpu');
    expect(ours('N = 12, the main network: test accuracy')).toBeGreaterThan(90);
    expect(ours('Spearman of λ₁ and H')).toBeGreaterThan(0.4);
    expect(ours('Spearman of λ₁ of the ensemble and the part')).toBeGreaterThan(0.1);
    expect(ours('Spearman of λ₁ of the main network and the margin')).toBeLessThan(-0.1);
    expect(ours('⟨λ₁⟩ in centres')).toBeLessThan(ours('⟨λ₁⟩ at their edges') - 0.05);
    const highest = ours('λ₁ on the attack, highest');
    expect(highest).toBeGreaterThan(ours('λ₁ on the attack, at the 9') + 0.02);
    expect(highest).toBeGreaterThan(ours('λ₁ on the attack, at its end') + 0.02);
    const [narrow, wide] = rowsOf('digits/fig4cd.json');
    expect(wide.mean).toBeGreaterThan(narrow.mean);
    expect(wide.deviation).toBeLessThan(narrow.deviation);
    expect(rowsOf('digits/fig4a-points.json')).toHaveLength(400);
    expect(readdirSync(place.path('digits/networks'))).toHaveLength(1 + 4 + 2 + 1);

    const steps = readdirSync(place.path('digits/steps'));
    const times = steps.map((name) => statSync(place.path(`digits/steps/${name}`)).mtimeMs);
    const angles = await draw('figS4', '--quick', '--out', 'digits', '--resume');
    const crossing = angles('angle in the step that crosses the boundary');
    // By chance it would be 76° in the space of twelve directions that the first layer sees.
    expect(crossing).toBeLessThan(65);
    expect(crossing).toBeGreaterThan(5);
    const after = steps.map((name) => statSync(place.path(`digits/steps/${name}`)).mtimeMs);
    expect(after).toEqual(times);
  });

  it('reads files of digits, and refuses what is none', async () => {
    const folder = place.path('mnist');
    mkdirSync(folder);
    const write = (name: string, bytes: readonly number[]) =>
      writeFileSync(`${folder}/${name}`, gzipSync(Uint8Array.from(bytes)));
    const images = [
      0,
      0,
      8,
      3,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      28,
      0,
      0,
      0,
      28,
      ...Array<number>(784).fill(9),
    ];
    write(MNIST_FILES.trainImages, images);
    write(MNIST_FILES.trainLabels, [0, 0, 8, 1, 0, 0, 0, 1, 3]);
    write(MNIST_FILES.testImages, images);
    write(MNIST_FILES.testLabels, [0, 0, 8, 1, 0, 0, 0, 1, 10]);
    const run = (...args: string[]) =>
      place.run(['figure', ...args, '--quick', '--out', 'refused']);
    const broken = await run('fig4', '--mnist', folder);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain(`${MNIST_FILES.testLabels}: label 0 is 10, but must be 0 to 9`);
    const missing = await run('fig4', '--mnist', place.path('nowhere'));
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('train-images-idx3-ubyte.gz cannot be read');
    const other = await run('figS1', '--mnist', folder);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('figS1 has no digits');
  });
});
