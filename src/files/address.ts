import { AddressError } from '../errors.ts';

/**
 * The bytes at an address, relative to the page if there is one.
 *
 * @throws AddressError if they cannot be had, AbortError if the signal fires.
 */
export async function fetchBytes(
  address: string | URL,
  signal: AbortSignal | null = null,
): Promise<Uint8Array> {
  const url = resolve(address);
  const name = show(address);
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw await explainFailure(url, name, cause, signal);
  }
  if (!response.ok) throw explainStatus(response.status, name);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    signal?.throwIfAborted();
    throw new AddressError(
      'unreachable',
      `${name} cannot be loaded: the connection ended before the file (${reasonOf(cause)}). Try again`,
      { cause },
    );
  }
}

/** The address of a file in the same folder; null if the address is no place in a folder. */
export function besideAddress(address: string | URL, name: string): URL | null {
  const url = resolve(address);
  return url.protocol.startsWith('http') ? new URL(name, url) : null;
}

function resolve(address: string | URL): URL {
  let url: URL;
  try {
    url = new URL(address, globalThis.document?.baseURI);
  } catch (cause) {
    throw new AddressError(
      'address',
      `${show(address)} is no address; outside of a page it must be whole, such as https://example.org/net.safetensors, and a file is given by its bytes`,
      { cause },
    );
  }
  if (/^(https?|data|blob):$/.test(url.protocol)) return url;
  throw new AddressError(
    'address',
    `${show(address)} cannot be loaded: ${url.protocol} addresses are not fetched. Give a File or the bytes instead`,
  );
}

/**
 * Browsers tell a page nothing about a request that failed; whether the server is there at all shows in a
 * request whose answer the page may not read.
 */
async function explainFailure(
  url: URL,
  name: string,
  cause: unknown,
  signal: AbortSignal | null,
): Promise<AddressError> {
  const origin = globalThis.location?.origin;
  if (origin !== undefined && url.origin !== origin && url.protocol.startsWith('http')) {
    const isThere = await fetch(url, { method: 'HEAD', mode: 'no-cors', signal }).then(
      () => true,
      () => false,
    );
    signal?.throwIfAborted();
    if (isThere) {
      return new AddressError(
        'cors',
        `${name} cannot be loaded: ${url.host} does not let pages of ${origin} read it (CORS). It must answer with Access-Control-Allow-Origin; or download the file and drop it here`,
        { cause },
      );
    }
  }
  return new AddressError(
    'unreachable',
    `${name} cannot be loaded: ${url.host || 'the address'} gives no answer (${reasonOf(cause)}). Check the address and the connection`,
    { cause },
  );
}

function explainStatus(status: number, name: string): AddressError {
  if (status === 404 || status === 410) {
    const message = `${name} cannot be loaded: the server has no such file (${status}). Check the address`;
    return new AddressError('missing', message);
  }
  const reason =
    status === 401 || status === 403
      ? `the server asks for permission (${status}). Download the file and give its bytes`
      : `the server answers ${status}. Try again later`;
  return new AddressError('status', `${name} cannot be loaded: ${reason}`);
}

/** What went wrong, as far as the platform tells: Node hides it in the cause. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message || inner.name : String(inner);
}

/** Addresses of data would fill the message. */
function show(address: string | URL): string {
  const text = String(address);
  return text.length > 120 ? `${text.slice(0, 60)}…${text.slice(-30)}` : text;
}
