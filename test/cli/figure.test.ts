// Plan: the figures in their quick form, by the built command. Each leaves charts, data, networks and a comparison;
// the paper's orderings hold: contrast grows with depth and fades with width (fig2, fig3b), the centre rises with
// width and the boundary hardly (fig3b), random hidden weights are worse than trained ones and closing (fig3a), start
// variances matter less after training than before (figS1). A run that was interrupted goes on with what it has kept
// and ends with the same numbers; another seed gives others. All networks are written, and PNG whatever computes.
// Control: without --resume nothing kept is used. One that is interrupted in training keeps its networks there, and goes
// on with them, also where a browser computes; what comes out then is compared in test/unit/figure-parts.test.ts. A part
// that is damaged is as none.
import { readdirSync, statSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { decodePacket } from '../../src/cli/packet.ts';
import type { PopulationState } from '../../src/engine/engine.ts';
import { Workplace } from '../support/command.ts';

// Some ten seconds of computing each, more on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const place = new Workplace();

type Row = Readonly<Record<string, number>>;

/** Without the start of a browser, which draws PNG. */
const ON_CPU = ['--backend', 'cpu', '--no-png'];

async function draw(name: string, folder: string, ...more: string[]): Promise<void> {
  const args = ['figure', name, '--quick', '--out', folder, '--quiet', ...more];
  const { code, stderr } = await place.run(args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
}

const rowsOf = (path: string): Row[] =>
  JSON.parse(new TextDecoder().decode(place.read(path))) as Row[];

const textOf = (path: string): string => new TextDecoder().decode(place.read(path));

describe('ftle figure', () => {
  it('fig2: contrast grows with depth and fades with width', async () => {
    await draw('fig2', 'fig2', ...ON_CPU);
    const [narrowFlat, narrowDeep, wideFlat, wideDeep] = rowsOf('fig2/fig2.json').map(
      ({ contrast }) => contrast,
    );
    expect(narrowDeep).toBeGreaterThan(narrowFlat + 1);
    expect(wideDeep).toBeGreaterThan(wideFlat + 1);
    expect(narrowFlat).toBeGreaterThan(wideFlat);
    expect(narrowDeep).toBeGreaterThan(wideDeep);
    expect(textOf('fig2/fig2.svg').match(/<image /g)).toHaveLength(4);
    expect(readdirSync(place.path('fig2/networks'))).toHaveLength(4);
  });

  it('fig3a: random hidden weights are worse than trained ones, and closing', async () => {
    await draw('fig3a', 'fig3a', ...ON_CPU);
    const [narrow, wide] = rowsOf('fig3a/fig3a.json');
    expect(narrow.random).toBeGreaterThan(narrow.full);
    expect(wide.random).toBeGreaterThan(wide.full);
    expect(wide.random).toBeLessThan(narrow.random);
    expect(readdirSync(place.path('fig3a/networks'))).toHaveLength(2 * (3 + 2));
  });

  it('fig3b: the centre rises with width, the boundary hardly, contrast grows with depth', async () => {
    await draw('fig3b', 'fig3b', ...ON_CPU);
    const rows = rowsOf('fig3b/fig3b.json');
    const at = (width: number, depth: number): Row =>
      rows.find((row) => row.width === width && row.depth === depth)!;
    for (const depth of [2, 6]) {
      const rise = (name: string): number => at(20, depth)[name] - at(5, depth)[name];
      // The centre that is reported.
      expect(rise('centre0.9')).toBeGreaterThan(0.2);
      expect(rise('centre0.2')).toBeGreaterThan(0.7);
      expect(Math.abs(rise('boundary'))).toBeLessThan(0.5);
      expect(rise('boundary')).toBeLessThan(rise('centre0.9'));
    }
    for (const width of [5, 20]) {
      const contrast = (depth: number): number =>
        at(width, depth).boundary - at(width, depth)['centre0.9'];
      expect(contrast(6)).toBeGreaterThan(contrast(2) + 1);
    }
    expect(readdirSync(place.path('fig3b/networks'))).toHaveLength(2 * (4 + 2) + 2);
  });

  it('figS1: start variances matter less after training; a browser draws PNG of any backend', async () => {
    await draw('figS1', 'figS1', '--backend', 'cpu');
    const rows = rowsOf('figS1/figS1.json') as unknown as { when: string; mean: number }[];
    const spread = (when: string): number => {
      const means = rows.filter((row) => row.when === when).map(({ mean }) => mean);
      return Math.abs(means[0] - means[1]);
    };
    expect(spread('before')).toBeGreaterThan(0.2);
    expect(spread('after')).toBeLessThan(spread('before') / 2);
    expect([...place.read('figS1/figS1.png').subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect(textOf('figS1/comparison.md')).toContain('| quantity | paper | ours |');
  });

  it('goes on with what was kept, and only if it is asked to', async () => {
    await draw('figS1', 'kept', ...ON_CPU);
    const steps = readdirSync(place.path('kept/steps')).map((name) => `kept/steps/${name}`);
    expect(steps).toHaveLength(2);
    const data = textOf('kept/figS1.csv');
    const timeOf = (name: string): number => statSync(place.path(name)).mtimeMs;
    const [first, second] = steps;
    const before = timeOf(first);
    // A finished step that was damaged since begins anew, as one that is not there.
    place.write(second, place.read(second).subarray(0, 100));
    place.write(second.replace('.bin', '.part.bin'), 'rubbish');
    await draw('figS1', 'kept', ...ON_CPU, '--resume');
    expect(readdirSync(place.path('kept/steps'))).toHaveLength(2);
    expect(timeOf(first)).toBe(before);
    expect(timeOf(second)).toBeGreaterThan(before);
    expect(textOf('kept/figS1.csv')).toBe(data);
    await draw('figS1', 'kept', ...ON_CPU, '--seed', '2');
    expect(textOf('kept/figS1.csv')).not.toBe(data);
    await draw('figS1', 'kept', ...ON_CPU);
    expect(timeOf(first)).toBeGreaterThan(before);
    expect(textOf('kept/figS1.csv')).toBe(data);
  });

  it.each([
    ['cpu', /"progress"/],
    // A browser has its kernels to compile first.
    ['webgpu', /"progress":0\.0*[1-9]/],
  ])(
    'on %s keeps what is under way when it is interrupted, and goes on with it',
    async (backend, underWay) => {
      const folder = `cut-${backend}`;
      const args = ['figure', 'fig3a', '--out', folder, '--backend', backend, '--no-png'];
      /** Steps of the network that is kept. */
      const interrupt = async (...more: string[]): Promise<number> => {
        const running = place.start([...args, ...more]);
        await running.heard(underWay);
        await new Promise((resolve) => setTimeout(resolve, 400));
        running.process.kill('SIGINT');
        expect((await running.ended).code).toBe(130);
        const part = 'fig3a-full-1-n10-random.part.bin';
        expect(readdirSync(place.path(`${folder}/steps`))).toEqual([part]);
        const kept = decodePacket(place.read(`${folder}/steps/${part}`));
        return (kept as { result: PopulationState }).result[0].stepCount;
      };
      const before = await interrupt();
      expect(await interrupt('--resume')).toBeGreaterThanOrEqual(before);
    },
  );

  it('names the figures that there are', async () => {
    const { code, stderr } = await place.run(['figure', 'fig9', '--out', 'none']);
    expect(code).toBe(2);
    expect(stderr).toContain('fig3b');
  });
});
