// Plan: one network written as JSON and as safetensors is loaded from bytes, buffers, Blobs, Files and addresses
// (a server of this test's own, data: addresses), recognised by content under any name, with the same weights.
// What cannot be read or had has a message that says what it is and what to do: other programs' files, each
// status, no answer, a page's CORS error (a page is imitated), a relative address outside of a page. Several
// files together, or beside each other at an address, as an ONNX model and its data. Broken JSON gives typed errors only.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AddressError, DataError } from '../../src/errors.ts';
import { recogniseFormat } from '../../src/files/format.ts';
import { parseNetworkJson, writeNetworkJson } from '../../src/files/json.ts';
import { loadNetwork, loadNetworkFiles, type NetworkLocation } from '../../src/files/load.ts';
import { parseOnnx } from '../../src/files/onnx.ts';
import { writeNetworkSafetensors } from '../../src/files/safetensors-writing.ts';
import { parseArchitecture } from '../../src/model/architecture.ts';
import { initialiseNetwork } from '../../src/model/parameters.ts';
import { checkReader, damagedFiles, listFixtures, readFixture } from '../support/files.ts';

const network = initialiseNetwork(parseArchitecture('2-3x2-1'), 1);
const metadata = { dataset: 'circle' };
const json = new TextEncoder().encode(writeNetworkJson(network, metadata));
const tensors = writeNetworkSafetensors(network, metadata);

const asFile = (bytes: Uint8Array, name: string): File => new File([bytes.slice()], name);

describe('a network', () => {
  it.each(['json', 'safetensors'] as const)('in %s is loaded from every source', async (format) => {
    const bytes = format === 'json' ? json : tensors;
    const copy = bytes.slice();
    const sources: NetworkLocation[] = [
      copy,
      copy.buffer,
      new Blob([copy]),
      asFile(copy, 'wrong-name.onnx'),
      `data:application/octet-stream;base64,${Buffer.from(copy).toString('base64')}`,
    ];
    for (const source of sources) {
      const loaded = await loadNetwork(source);
      expect(loaded).toEqual({ format, network, metadata, notes: [] });
    }
  });

  it('has options where its file is silent, and says so', async () => {
    const bytes = readFixture('torch-silu-f16.safetensors');
    const { network: found, notes } = await loadNetwork(bytes, {
      activation: 'silu',
      outputActivation: 'sigmoid',
    });
    expect(found.spec.layers.map(({ activation }) => activation)).toEqual([
      'silu',
      'silu',
      'sigmoid',
    ]);
    expect(notes.join()).toMatch(
      /hidden layers: silu, as the option .* output: sigmoid, as the option/,
    );
  });

  it('stands alone among files that were chosen together', async () => {
    const data = asFile(Uint8Array.of(1, 2, 3), 'net.data');
    const file = asFile(tensors, 'net.safetensors');
    expect((await loadNetworkFiles([file])).network).toEqual(network);
    expect((await loadNetworkFiles([data, file])).network).toEqual(network);
    await expect(loadNetworkFiles([data, data])).rejects.toThrow(
      /^2 files hold 0 networks, but must/,
    );
    await expect(loadNetworkFiles([file, asFile(json, 'b.json')])).rejects.toThrow(
      /^2 files hold 2 networks, net\.safetensors, b\.json, but must hold one/,
    );
  });

  it('is not loaded any more once that was called off', async () => {
    const signal = AbortSignal.abort();
    await expect(loadNetwork(json, { signal })).rejects.toThrow(/abort/i);
    await expect(loadNetwork('data:,{}', { signal })).rejects.toThrow(/abort/i);
  });
});

/** What the reader of ONNX makes of a model whose tensors lie in another file. */
const external = (): ReturnType<typeof parseOnnx> =>
  parseOnnx(readFixture('onnx-external.onnx'), {
    externalData: new Map([['onnx-external.onnx.data', readFixture('onnx-external.onnx.data')]]),
  });

describe('an ONNX model', () => {
  const model = asFile(readFixture('onnx-external.onnx'), 'onnx-external.onnx');
  const data = asFile(readFixture('onnx-external.onnx.data'), 'onnx-external.onnx.data');

  it('is loaded with its data beside it', async () => {
    const { network: expected, notes } = external();
    for (const files of [
      [model, data],
      [data, model],
    ]) {
      const loaded = await loadNetworkFiles(files);
      expect(loaded).toEqual({ format: 'onnx', network: expected, notes, metadata: {} });
    }
  });

  it('without its data says what is missing', async () => {
    await expect(loadNetworkFiles([model])).rejects.toThrow(
      /lies in the file .onnx-external\.onnx\.data., but no such file is given/,
    );
  });
});

describe('the format', () => {
  const text = (start: string): Uint8Array => new TextEncoder().encode(start.padEnd(20));
  it('is told by content', () => {
    expect(recogniseFormat(json)).toBe('json');
    expect(recogniseFormat(text('\ufeff\n {"format": 1}'))).toBe('json');
    // JSON whose ninth character is a brace, and whose first bytes would be a length.
    expect(recogniseFormat(text('{"a":   {}}'))).toBe('json');
    for (const name of listFixtures('.safetensors')) {
      expect(recogniseFormat(readFixture(name))).toBe('safetensors');
    }
    // Headers whose length starts like JSON, a pickle, gzip or XML does.
    for (const start of [[0x7b], [0x80, 0x02], [0x80, 0x05], [0x1f, 0x8b], [0x3c]]) {
      const header = new Uint8Array(140).fill(0x20);
      header.set([0, 0, 0, 0, 0, 0, 0, 0, 0x7b]);
      header.set(start);
      expect(recogniseFormat(header)).toBe('safetensors');
    }
    for (const name of listFixtures('.onnx')) {
      expect(recogniseFormat(readFixture(name))).toBe('onnx');
    }
    // ir_version 8, producer_name "pytorch"; ir_version 10, graph.
    expect(recogniseFormat(Uint8Array.of(8, 8, 0x12, 7, 0x70, 0x79))).toBe('onnx');
    expect(recogniseFormat(Uint8Array.of(8, 10, 0x3a, 90, 1, 10))).toBe('onnx');
  });

  it.each<[RegExp, Uint8Array]>([
    [/^the file is empty, but must be a network in safe/, new Uint8Array(0)],
    [
      /^the file is a zip archive or a pickle, .* safetensors\.torch\.save_file/,
      text('PK\x03\x04'),
    ],
    [/^the file is a zip archive or a pickle/, Uint8Array.of(0x80, 2, 0x7d)],
    [
      /^the file is an HDF5 file, as Keras .* model\.export\('net\.onnx', format='onnx'\)/,
      Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d),
    ],
    [/^the file is an array of NumPy/, readFixture('version-2.npy')],
    [/^the file is compressed by gzip/, Uint8Array.of(0x1f, 0x8b, 8)],
    [
      /^the file is a pointer of Git LFS .* git lfs pull/,
      text('version https://git-lfs.github.com/spec/v1'),
    ],
    [/^the file is a web page .* address lead/, text('<!doctype html>')],
    [/^the file starts with the bytes 31 2c 32 20 20 20 20 20, but must/, text('1,2')],
    [/^the file starts with the bytes 08, but/, Uint8Array.of(8)],
  ])('that is none of ours: %s', async (message, bytes) => {
    expect(() => recogniseFormat(bytes)).toThrow(DataError);
    await expect(loadNetwork(bytes)).rejects.toThrow(message);
  });
});

describe('an address', () => {
  let server: Server;
  let origin: string;
  /** Where a server has been, but is no more. */
  let nobody: string;
  /** Methods and paths that were asked for. */
  const asked: string[] = [];

  const start = async (it: Server): Promise<string> => {
    await new Promise<void>((resolve) => it.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(it.address() as AddressInfo).port}`;
  };
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const status = Number(/^\/(\d+)$/.exec(request.url!)?.[1] ?? 200);
      if (request.url!.startsWith('/onnx-external.onnx')) {
        response.end(readFixture(request.url!.slice(1)));
        return;
      }
      if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': tensors.length });
        response.write(tensors.subarray(0, 50), () => response.destroy());
        return;
      }
      response.writeHead(status).end(request.url === '/page' ? '<!doctype html>' : tensors);
    });
    origin = await start(server);
    const short = createServer();
    nobody = await start(short);
    await new Promise((resolve) => short.close(resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  afterEach(() => vi.unstubAllGlobals());

  it('gives a network', async () => {
    expect((await loadNetwork(`${origin}/net`)).network).toEqual(network);
    expect((await loadNetwork(new URL('/net', origin))).network).toEqual(network);
  });

  it('of an ONNX model gives its data too', async () => {
    asked.length = 0;
    const loaded = await loadNetwork(`${origin}/onnx-external.onnx`);
    expect(asked).toEqual(['GET /onnx-external.onnx', 'GET /onnx-external.onnx.data']);
    expect(loaded.network).toEqual(external().network);
    expect(loaded.format).toBe('onnx');
  });

  it.each([
    [
      '/404',
      'missing',
      /\/404 cannot be loaded: the server has no such file \(404\)\. Check the address/,
    ],
    ['/410', 'missing', /no such file \(410\)/],
    ['/403', 'status', /asks for permission \(403\)\. Download the file/],
    ['/500', 'status', /answers 500\. Try again later/],
    ['/cut', 'unreachable', /\/cut cannot be loaded: the connection ended before the file/],
  ])('%s fails as %s', async (path, reason, message) => {
    const failure = loadNetwork(origin + path);
    await expect(failure).rejects.toThrow(AddressError);
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ reason, code: `address-${reason}` });
  });

  it('of a page in place of the file says so', async () => {
    await expect(loadNetwork(`${origin}/page`)).rejects.toThrow(/^the file is a web page/);
  });

  it.each([
    ['net.json', /^net\.json is no address; .* a file is given by its bytes/],
    ['file:///net.json', /file: addresses are not fetched\. Give a File or the bytes/],
    ['ftp://example.org/net', /ftp: addresses/],
  ])('%s is none that is fetched', async (address, message) => {
    const failure = loadNetwork(address);
    await expect(failure).rejects.toMatchObject({ reason: 'address' });
    await expect(failure).rejects.toThrow(message);
  });

  it('where nobody answers', async () => {
    const failure = loadNetwork(`${nobody}/net`);
    await expect(failure).rejects.toMatchObject({ reason: 'unreachable' });
    await expect(failure).rejects.toThrow(/127\.0\.0\.1:\d+ gives no answer \(.*ECONNREFUSED/);
  });

  /** A page elsewhere, whose browser lets it read nothing of this server, if there is one. */
  function imitatePage(): void {
    const fetchAnyway = globalThis.fetch;
    vi.stubGlobal('location', { origin: 'https://page.example' });
    vi.stubGlobal('document', { baseURI: 'https://page.example/maps/' });
    vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
      if (init.mode !== 'no-cors') throw new TypeError('Failed to fetch');
      return fetchAnyway(url, { ...init, mode: 'cors' });
    });
  }

  it('that the server does not let a page read', async () => {
    imitatePage();
    asked.length = 0;
    const failure = loadNetwork(`${origin}/net`);
    await expect(failure).rejects.toMatchObject({ reason: 'cors' });
    await expect(failure).rejects.toThrow(
      /127\.0\.0\.1:\d+ does not let pages of https:\/\/page\.example read it \(CORS\)\. .*Access-Control-Allow-Origin; or download/,
    );
    expect(asked).toEqual(['HEAD /net']);
  });

  it('where nobody answers a page, or on its own server', async () => {
    imitatePage();
    await expect(loadNetwork(`${nobody}/net`)).rejects.toMatchObject({
      reason: 'unreachable',
    });
    await expect(loadNetwork('net.json')).rejects.toThrow(
      /^net\.json cannot be loaded: page\.example gives no answer \(Failed to fetch\)/,
    );
  });

  it('that is long is shortened in the message', async () => {
    await expect(loadNetwork(`data:application/json;base64,=${'A'.repeat(5000)}`)).rejects.toThrow(
      /^data:application\/json;base64,=A{30}…A{30} cannot be loaded/,
    );
  });
});

describe('broken files', () => {
  it('of JSON are read or refused with typed errors', async () => {
    await checkReader('damaged JSON', damagedFiles([json]), 3000, parseNetworkJson);
  });

  it('of any format likewise', async () => {
    const files = [json, tensors, ...listFixtures('.safetensors').map(readFixture)];
    await checkReader('damaged files', damagedFiles(files), 3000, (bytes) => loadNetwork(bytes));
  });
});
