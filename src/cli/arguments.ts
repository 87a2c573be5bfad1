import type { RidgeLevel } from '../curves/ridge-levels.ts';
import { checkDomain, type Domain } from '../model/plane.ts';
import type { LayerChoice } from '../engine/engine.ts';
import type { Network } from '../model/network.ts';
import { asError, FtleError } from '../errors.ts';
import { MAXIMAL_FIELD_SIZE } from '../engine/field-checks.ts';

/*
 * Readers of option values: the text of the command line to what it stands for. Their messages are shown as
 * `--option is "text", but must be …`.
 */

/** The command line is wrong: exit code 2. */
export class UsageError extends FtleError {
  constructor(message: string, options?: ErrorOptions) {
    super('usage', message, options);
  }
}

/** Reads the text of an option; throws an error whose message says what it must be. */
export interface Reader<T> {
  (text: string): T;
  /** All texts that it takes, where they can be listed. */
  readonly values?: readonly string[];
}

function wanted(what: string): never {
  throw new UsageError(what);
}

/**
 * The reader as commander wants it, with the option's name in its messages.
 *
 * @param flag - such as `--size`, or what an argument is.
 */
export function reading<T>(flag: string, read: Reader<T>): Reader<T> {
  return (text) => {
    try {
      return read(text);
    } catch (cause) {
      const what = asError(cause).message;
      throw new UsageError(`${flag} is ${JSON.stringify(text)}, but must be ${what}`, { cause });
    }
  };
}

/** Members of requests, and the flags that they are given by. */
const FLAGS: Readonly<Record<string, string>> = {
  axes: '--plane-axes',
  fixed: '--plane-origin',
  layer: '--layer',
  tolerance: '--tolerance',
  exponentCount: '--exponents',
  radius: '--radius',
  stepCount: '--steps',
  stepSize: '--step-size',
  bounds: '--bounds',
  learningRate: '--learning-rate',
  momentum: '--momentum',
  weightDecay: '--weight-decay',
  batchSize: '--batch-size',
  loss: '--loss',
};

/** A message of a check as it goes to who typed flags: `exponentCount is 3` becomes `--exponents is 3`. */
function inFlags(message: string): string {
  const subject = /^\w+(?=(\[\d+\])? (is|are|has) )/;
  return message.replace(subject, (name) => (Object.hasOwn(FLAGS, name) ? FLAGS[name] : name));
}

/** What readers of networks call options, as flags: `the option weightOrder` becomes `the option --weight-order`. */
export function optionsInFlags(message: string): string {
  const names = /\boption (activation|outputActivation|alpha|weightOrder|layers)\b/g;
  return message.replace(names, (_, name: string) => `option ${flagOf(name)}`);
}

/** What `check` gives; what it refuses is the fault of the command line. */
export function asUsage<T>(check: () => T): T {
  try {
    return check();
  } catch (cause) {
    if (!(cause instanceof FtleError) || cause.code === 'internal') throw cause;
    throw new UsageError(inFlags(cause.message), { cause });
  }
}

/** The flag of an option by its name in what commander gives: `planeAxes` is `--plane-axes`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Options that would have no effect are refused: who gives one means something by it.
 *
 * @param why - follows the flag of the first that is given.
 * @throws UsageError if one of them is given.
 */
export function refuseUnused<T extends object>(
  given: T,
  names: readonly (keyof T & string)[],
  why: string,
): void {
  const name = names.find((candidate) => given[candidate] !== undefined);
  if (name !== undefined) throw new UsageError(`${flagOf(name)} ${why}`);
}

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Reader<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    const isGood = /^\d+$/.test(text) && value >= least && value <= most;
    return isGood ? value : wanted(`a whole number ${range}`);
  };
}

export function numberAbove(least: number, isAllowed: boolean, most = Infinity): Reader<number> {
  const end = most < Infinity ? `, ${most} at most` : '';
  return (text) => {
    const value = readNumber(text);
    const isGood = (isAllowed ? value >= least : value > least) && value <= most;
    return isGood
      ? value
      : wanted(`a number ${isAllowed ? 'of at least' : 'above'} ${least}${end}`);
  };
}

/** NaN if the text is no finite number. */
function readNumber(text: string): number {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : NaN;
}

export const anyNumber: Reader<number> = (text) => {
  const value = readNumber(text);
  return Number.isNaN(value) ? wanted('a number') : value;
};

export function oneOf<T extends string>(values: readonly T[]): Reader<T> {
  const read = (text: string): T =>
    values.find((value) => value === text) ?? wanted(`one of ${values.join(', ')}`);
  return Object.assign(read, { values });
}

export const readDomain: Reader<Domain> = (text) => {
  const numbers = numberList(text);
  if (numbers?.length !== 4) {
    return wanted('four numbers sMin,tMin,sMax,tMax, such as -1.5,-1.5,1.5,1.5');
  }
  const [sMin, tMin, sMax, tMax] = numbers;
  const domain = { sMin, tMin, sMax, tMax };
  try {
    return checkDomain(domain);
  } catch {
    return wanted(
      'sMin,tMin,sMax,tMax with sMin below sMax and tMin below tMax, less than 1.8e308 apart',
    );
  }
};

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const readSize: Reader<Size> = (text) => {
  const match = /^(\d+)(?:[x×](\d+))?$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  const isGood = (side: number) => side >= 1 && side <= MAXIMAL_FIELD_SIZE;
  if (isGood(width) && isGood(height)) return { width, height };
  return wanted(`WIDTHxHEIGHT with sides from 1 to ${MAXIMAL_FIELD_SIZE}, such as 512x512`);
};

/** A hidden layer, the last one, or the output; whether the network has it is seen later. */
export type LayerName = LayerChoice | 'last';

export const readLayer: Reader<LayerName> = (text) => {
  if (text === 'last' || text === 'output') return text;
  const layer = Number(text);
  return /^\d+$/.test(text) && layer >= 1
    ? layer
    : wanted('a hidden layer from 1 on, last or output');
};

/** `last` is the last hidden layer; the output where there is none. */
export function chooseLayer(layer: LayerName, { depth }: Network): LayerChoice {
  if (layer !== 'last') return layer;
  return depth > 0 ? depth : 'output';
}

export function wholeNumbers(count: number, example: string): Reader<readonly number[]> {
  return (text) => {
    const numbers = numberList(text);
    const isGood = numbers?.length === count && numbers.every((x) => Number.isInteger(x) && x >= 0);
    return isGood ? numbers : wanted(`${count} whole numbers from 0 on, such as ${example}`);
  };
}

export const readNumbers: Reader<readonly number[]> = (text) =>
  numberList(text) ?? wanted('numbers, separated by commas');

export const readRange: Reader<'auto' | readonly [number, number]> = (text) => {
  if (text === 'auto') return 'auto';
  const numbers = numberList(text);
  if (numbers?.length === 2 && numbers[0] < numbers[1]) return [numbers[0], numbers[1]];
  return wanted('auto or two numbers low,high, such as -3,3');
};

export const readThreshold: Reader<'auto' | number> = (text) => {
  const value = text === 'auto' ? text : readNumber(text);
  return Number.isNaN(value) ? wanted('auto or a number') : value;
};

export const readLevel: Reader<RidgeLevel> = (text) => {
  if (text === 'auto') return text;
  const isPart = text.endsWith('%');
  const value = readNumber(isPart ? text.slice(0, -1) : text);
  const isGood = isPart ? value >= 0 && value <= 100 : !Number.isNaN(value);
  if (!isGood) return wanted('a value of λ, a percentile such as 70%, or auto');
  return isPart ? { percentile: value } : value;
};

function numberList(text: string): number[] | null {
  const numbers = text.split(',').map(readNumber);
  return numbers.some(Number.isNaN) ? null : numbers;
}

/** The ending of a file's name, checked. */
export function readEnding<T extends string>(path: string, endings: readonly T[]): T {
  const ending = endings.find((candidate) => path.toLowerCase().endsWith(`.${candidate}`));
  if (ending) return ending;
  const wanted = endings.map((candidate) => `.${candidate}`).join(', ');
  throw new UsageError(`--out is ${JSON.stringify(path)}, but must end in one of ${wanted}`);
}
