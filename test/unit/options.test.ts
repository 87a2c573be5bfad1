// Plan: the help of an option lists its values, once; an option without a list has its description alone.
import { describe, expect, it } from 'vitest';
import { oneOf, wholeNumber } from '../../src/cli/arguments.ts';
import { valueOption } from '../../src/cli/options.ts';

const values = oneOf(['red', 'blue']);

describe('valueOption', () => {
  it('lists the values that there are, once', () => {
    const text = (description: string) => valueOption('--colour <name>', description, values);
    expect(text('of lines (red)').description).toBe('of lines (red): red, blue');
    expect(text('red or blue').description).toBe('red or blue');
    expect(valueOption('--count <n>', 'of lines', wholeNumber(1)).description).toBe('of lines');
  });
});
