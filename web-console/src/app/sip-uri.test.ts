import { describe, expect, it } from 'vitest';
import { isSipUri } from './sip-uri';

describe('the address of a telephone', () => {
  it.each(['sip:meja3@10.0.0.5', 'sips:meja3@pbx.local:5061', ' sip:201@10.0.0.5:5070;transport=tcp '])(
    '%s is one',
    (text) => expect(isSipUri(text)).toBe(true),
  );

  it.each(['', 'meja3', 'sip:meja3', 'sip:meja 3@10.0.0.5', 'http://10.0.0.5', 'sip:@10.0.0.5'])(
    '%s is none',
    (text) => expect(isSipUri(text)).toBe(false),
  );
});
