/** Base of every error that this package throws on purpose; `code` is stable and meant for programs. */
export class FtleError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A network, a layer or its parameters are not what they claim to be. */
export class NetworkError extends FtleError {
  constructor(message: string, options?: ErrorOptions) {
    super('network', message, options);
  }
}

/** A data set, a file, a plane or an option has a wrong shape or value. */
export class DataError extends FtleError {
  constructor(message: string, options?: ErrorOptions) {
    super('data', message, options);
  }
}

export type AddressErrorReason = 'address' | 'unreachable' | 'cors' | 'missing' | 'status';

/** A file cannot be had from its address. */
export class AddressError extends FtleError {
  /**
   * @param reason - `address`: it is none that can be fetched; `unreachable`: no answer; `cors`: the server
   *   does not let this page read it; `missing`: 404 or 410; `status`: another answer that is no file.
   */
  constructor(
    readonly reason: AddressErrorReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`address-${reason}`, message, options);
  }
}

/** A shader does not compose or compile. */
export class ShaderError extends FtleError {
  /**
   * @param file - shader file in which the fault lies, relative to `shaders/`.
   * @param line - line in that file, from 1; 0 if unknown.
   * @param text - the composed text that was compiled.
   */
  constructor(
    message: string,
    readonly file: string,
    readonly line: number,
    readonly text: string,
  ) {
    super('shader', `${file}:${line}: ${message}`);
  }
}

export type DeviceErrorReason = 'none' | 'limit' | 'lost';

/** No usable GPU device, a limit of it exceeded, or the device lost. */
export class DeviceError extends FtleError {
  constructor(
    readonly reason: DeviceErrorReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`device-${reason}`, message, options);
  }
}

/** Inside check: throws if `condition` is false. Doors use the typed errors above instead. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new FtleError('internal', `internal error: ${message}`);
}

/** What was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** A number of things, as messages say it: `1 output`, `3 outputs`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Longest text from a file that a message repeats. */
const LONGEST = 60;

/** A text from an untrusted source, as a message repeats it. */
export function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A value from an untrusted source, as a message repeats it; lists and objects may be nested too deep to show. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return shorten(typeof value === 'string' ? JSON.stringify(value) : String(value));
}
