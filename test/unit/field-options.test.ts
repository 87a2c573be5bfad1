// Plan: what --like takes over of a plane, and what --plane-origin changes of it; nothing where the plane has an origin
// of its own. Files are written to a folder of their own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { chooseField, type FieldOptions } from '../../src/cli/field-options.ts';
import { Reporter } from '../../src/cli/reporter.ts';
import { Session } from '../../src/cli/session.ts';
import { describeField, describeNetwork, writeParameters } from '../../src/files/parameters.ts';
import { writeNpz } from '../../src/files/npz.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { createPlane, type Plane } from '../../src/model/plane.ts';
import { axesPlane } from '../../src/model/planes.ts';

const folder = mkdtempSync(join(tmpdir(), 'ftle-map-options-'));
afterAll(() => rmSync(folder, { recursive: true }));
const network = initialiseNetwork(parseArchitecture('4-3x2-1'), 1);

/** A file of a field over this plane. */
async function writePattern(plane: Plane): Promise<string> {
  const domain = { sMin: -1, tMin: -1, sMax: 1, tMax: 1 };
  const request = { plane, domain, width: 4, height: 3, layer: 1, space: 'full' as const };
  const parameters = writeParameters({
    network: describeNetwork(network),
    field: describeField({ request, span: 1 }),
  });
  const path = join(folder, 'pattern.npz');
  writeFileSync(path, await writeNpz({ parameters }));
  return path;
}

async function choose(options: FieldOptions) {
  const reporter = new Reporter(false);
  const notes: string[] = [];
  vi.spyOn(reporter, 'note').mockImplementation((text) => void notes.push(text));
  const session = new Session('any', {}, new AbortController().signal, reporter);
  return { ...(await chooseField(network, options, session)), notes };
}

describe('a field as in a file', () => {
  it('has its plane, with another origin if that is said', async () => {
    const like = await writePattern(axesPlane(4, [3, 1], [1, 2, 3, 4]));
    const { request } = await choose({ like });
    expect(request).toMatchObject({ width: 4, height: 3, layer: 1, space: 'full' });
    expect([...request.plane.origin]).toEqual([1, 0, 3, 0]);
    const moved = (await choose({ like, planeOrigin: [5, 6, 7, 8] })).request.plane;
    expect(moved).toEqual(axesPlane(4, [3, 1], [5, 6, 7, 8]));
    await expect(choose({ like, planeOrigin: [5, 6] })).rejects.toThrow(/has 2 numbers/);
  });

  it('keeps the origin of a plane that is not one of two inputs', async () => {
    const oblique = createPlane([0, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]);
    const like = await writePattern(oblique);
    expect((await choose({ like })).request.plane).toEqual(oblique);
    const planeOrigin = [1, 2, 3, 4];
    await expect(choose({ like, planeOrigin })).rejects.toThrow(/--plane-origin goes with/);
  });
});

describe('a field without a plane', () => {
  it('notes that it takes the first two inputs of many', async () => {
    const { request, notes } = await choose({});
    expect(request.plane).toEqual(axesPlane(4, [0, 1]));
    expect(notes).toEqual([expect.stringMatching(/inputs 0 and 1, of 4.*--plane-axes.*--full/)]);
    expect((await choose({ full: true })).notes).toEqual([]);
    expect((await choose({ planeAxes: [0, 1] })).notes).toEqual([]);
    expect((await choose({ like: await writePattern(axesPlane(4, [0, 1])) })).notes).toEqual([]);
  });

  it('refuses inputs that no plane is made from', async () => {
    await expect(choose({ inputs: 'x.npy' })).rejects.toThrow(/--inputs .* --plane-components/);
  });
});
