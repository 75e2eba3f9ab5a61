import { describe, expect, it } from 'vitest';
import { passwordForOnce } from './password';

describe('a password for once', () => {
  it('has three groups of four letters that nobody confuses, and is another one each time', () => {
    const made = new Set(Array.from({ length: 200 }, () => passwordForOnce()));
    expect(made.size).toBe(200);
    for (const one of made) expect(one).toMatch(/^[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){2}$/);
  });

  it('draws again where a byte would make some letters likelier', () => {
    const draws = [255, 0];
    const random = (bytes: Uint8Array) => bytes.fill(draws.shift() ?? 1);
    expect(passwordForOnce(random)).toBe('aaaa-aaaa-aaaa');
  });
});
