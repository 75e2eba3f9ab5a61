import { describe, expect, it } from 'vitest';
import { dialled } from './dialled';

describe('what is typed to be dialled', () => {
  it.each([
    ['0717 123-456', '0717123456'],
    ['+62 (811) 223.344', '+62811223344'],
    ['sip:bpbd@10.0.0.5:5070', 'sip:bpbd@10.0.0.5:5070'],
    [' tel:112 ', 'tel:112'],
  ])('%s is %s', (typed, number) => expect(dialled(typed)).toBe(number));

  it.each(['', 'bpbd', '12', 'sip:', '112 abc'])('%s is no number', (typed) =>
    expect(dialled(typed)).toBeNull(),
  );
});
