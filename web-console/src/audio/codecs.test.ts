import { describe, expect, it } from 'vitest';
import { telephoneCodecs } from './codecs';

describe('the codecs of a call', () => {
  it('are those of a telephone line, A-law first, at 8 kHz', () => {
    const known = [
      { mimeType: 'audio/opus', clockRate: 48_000 },
      { mimeType: 'audio/PCMU', clockRate: 8_000 },
      { mimeType: 'audio/telephone-event', clockRate: 48_000 },
      { mimeType: 'audio/telephone-event', clockRate: 8_000 },
      { mimeType: 'audio/PCMA', clockRate: 8_000 },
    ];
    expect(telephoneCodecs(known).map((codec) => `${codec.mimeType} ${codec.clockRate}`)).toEqual([
      'audio/PCMA 8000',
      'audio/PCMU 8000',
      'audio/telephone-event 8000',
    ]);
  });

  it('are none where a browser has none', () => {
    expect(telephoneCodecs([{ mimeType: 'audio/opus', clockRate: 48_000 }])).toEqual([]);
  });
});
