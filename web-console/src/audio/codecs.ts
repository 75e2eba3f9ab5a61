/** What a codec of a browser is known by; `RTCRtpCodec` has more. */
export interface KnownCodec {
  mimeType: string;
  clockRate: number;
}

const wanted = ['audio/pcma', 'audio/pcmu', 'audio/telephone-event'] as const;

/** Every telephone codec runs at this rate, in samples a second. */
const TELEPHONE_HERTZ = 8_000;

/**
 * The codecs of a telephone line, best first, out of those that a browser has. Whatever else it could do would only
 * have to be converted on the way to the caller.
 */
export function telephoneCodecs<Codec extends KnownCodec>(known: readonly Codec[]): Codec[] {
  return wanted.flatMap((name) =>
    known.filter((codec) => codec.mimeType.toLowerCase() === name && codec.clockRate === TELEPHONE_HERTZ),
  );
}
