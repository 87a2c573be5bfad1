// Plan: counts are told in words that fit one and many. No text from a file moves a terminal's cursor, sets its title or turns the reading direction, wherever a
// command prints one. Control: what people write, in any language, is printed as it is.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Reporter } from '../../src/cli/reporter.ts';
import { Session } from '../../src/cli/session.ts';
import { printable, showExtent } from '../../src/cli/wording.ts';

describe('showExtent', () => {
  it('counts one pixel as one, and several as several', () => {
    const none = { minimum: null, maximum: null, mean: null, goodCount: 0 };
    expect(showExtent({ ...none, collapsedCount: 1, overflowCount: 2 }, 'pixel')).toBe(
      'λ₁ nowhere; 1 pixel with J = 0; 2 pixels beyond float32',
    );
  });
});

describe('printable', () => {
  it('shows control characters by their codes', () => {
    expect(printable('\x1b[2J\x1b]0;title\x07\r\b\x7f\x9b31m\u202egnp.\u2066x\u2069')).toBe(
      '\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{d}\\u{8}\\u{7f}\\u{9b}31m\\u{202e}gnp.\\u{2066}x\\u{2069}',
    );
  });

  it('leaves all others', () => {
    const text = 'λ₁ = −0.5\tüß 層 🙂 مرحبا\nnext line';
    expect(printable(text)).toBe(text);
  });
});

describe('what a command prints', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('is printable', () => {
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const session = new Session('any', {}, new AbortController().signal, new Reporter(false));
    session.print({}, ['layer \x1b[2J', 'next']);
    expect(out).toHaveBeenCalledExactlyOnceWith('layer \\u{1b}[2J\nnext\n');
  });

  it('is printable where it is a note on a terminal', () => {
    const { isTTY } = process.stderr;
    process.stderr.isTTY = true;
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      new Reporter(false).note('tensor \x1b[2J is not read');
      expect(err).toHaveBeenCalledExactlyOnceWith('ftle: tensor \\u{1b}[2J is not read\n');
    } finally {
      process.stderr.isTTY = isTTY;
    }
  });
});
