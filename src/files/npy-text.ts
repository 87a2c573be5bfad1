import { DataError } from '../errors.ts';
import { textOf } from './code-points.ts';
import { writeNpyHeader, type NpyHeader } from './npy-header.ts';

/*
 * Texts in NPY files: `<U12` is an array of texts of at most 12 characters, each stored as 12 code points of 32
 * bits, 0 where the text is shorter.
 */
const TEXT_TYPE = /^<U(\d{1,9})$/;

const MAXIMAL_CODE_POINT = 0x10ffff;

/**
 * A header with texts as the numbers that they are stored as, along one more dimension; others as they are.
 *
 * @throws DataError if the texts are in Fortran order.
 */
export function textsAsNumbers(header: NpyHeader): NpyHeader {
  const [, length] = TEXT_TYPE.exec(header.descr) ?? [];
  if (length === undefined) return header;
  if (header.fortranOrder && header.shape.length > 1) {
    throw new DataError('the NPY file has texts in Fortran order: save numpy.ascontiguousarray(x)');
  }
  const shape = [...header.shape, Number(length)];
  return { ...header, descr: '<u4', fortranOrder: false, shape };
}

/** Writes one text as NumPy does: `str(numpy.load(file))` gives it back. */
export function writeNpyText(text: string): Uint8Array {
  const codes = Uint32Array.from(Array.from(text, (character) => character.codePointAt(0)!));
  const header = writeNpyHeader(`<U${codes.length}`, []);
  const bytes = new Uint8Array(header.length + codes.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(codes.buffer), header.length);
  return bytes;
}

/**
 * The text that code points stand for, up to the first 0.
 *
 * @throws DataError if one is none.
 */
export function textOfCodes(codes: ArrayLike<number>): string {
  let count = 0;
  for (; count < codes.length && codes[count] !== 0; count++) {
    const code = codes[count];
    if (!Number.isInteger(code) || code < 0 || code > MAXIMAL_CODE_POINT) {
      throw new DataError(`character ${count} of the text has code ${code}, which Unicode lacks`);
    }
  }
  return textOf(codes, count);
}
