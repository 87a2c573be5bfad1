import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asError, FtleError } from '../errors.ts';
import { decodePacket, encodePacket } from './packet.ts';

/** What the page asks for and hands over. */
export interface PageHandlers {
  /** The job and its parameters. */
  job(): unknown;
  /** The next part for the job; null after the last. */
  give(): Promise<unknown>;
  take(part: unknown): Promise<void>;
  start(description: unknown): void;
  progress(progress: unknown): void;
  end(outcome: unknown): void;
  /** A handler above has thrown: the page is told only that it has. */
  fail(error: Error): void;
}

export interface PageServer {
  /** Of the page, with the secret in it. */
  readonly url: string;
  close(): Promise<void>;
}

/** Largest part of a result. */
const MAXIMAL_BODY = 2 ** 31;

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>ftle</title>
<script type="module" src="page.js"></script></html>`;

/**
 * Serves a page and the data of its job on this machine alone: all paths start with a random secret, so that
 * nobody else here reads or writes them. Parts are answered when they are taken, which is what keeps a fast
 * page from filling the memory of a slow command.
 *
 * @param script - the page's code.
 */
export async function startPageServer(script: string, handlers: PageHandlers): Promise<PageServer> {
  const secret = randomBytes(24).toString('hex');
  const routes: Record<string, Route> = {
    'GET /': async (_, response) => answer(response, 'text/html', PAGE),
    'GET /page.js': async (_, response) => answer(response, 'text/javascript', script),
    'GET /job': async (_, response) => answerPacket(response, handlers.job()),
    'GET /part': async (_, response) => answerPacket(response, await handlers.give()),
    'POST /part': receiving((part) => handlers.take(part)),
    'POST /start': receiving((description) => handlers.start(description)),
    'POST /progress': receiving((progress) => handlers.progress(progress)),
    'POST /end': receiving((outcome) => handlers.end(outcome)),
  };
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { port } = server.address() as AddressInfo;
    // The host too: a page of another site that has its name point here is none of ours.
    const isOurs = request.headers.host === `127.0.0.1:${port}` && path.startsWith(`/${secret}/`);
    const route = isOurs && routes[`${request.method} ${path.slice(secret.length + 1)}`];
    if (!route) {
      response.writeHead(404).end();
      return;
    }
    route(request, response).catch((thrown: unknown) => {
      handlers.fail(asError(thrown));
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${secret}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Reads a packet and answers once it has been dealt with. */
function receiving(handle: (value: unknown) => void | Promise<void>): Route {
  return async (request, response) => {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > MAXIMAL_BODY)
        throw new FtleError('internal', 'a part of the result is too large');
      pieces.push(piece);
    }
    await handle(decodePacket(Buffer.concat(pieces)));
    response.writeHead(204).end();
  };
}

function answer(response: ServerResponse, type: string, text: string): void {
  response
    .writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy':
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:",
      'cache-control': 'no-store',
    })
    .end(text);
}

function answerPacket(response: ServerResponse, value: unknown): void {
  if (value === null) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
  });
  for (const piece of encodePacket(value)) response.write(piece);
  response.end();
}
