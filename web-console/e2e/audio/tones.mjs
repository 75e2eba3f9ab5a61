/** Samples a second on a telephone line, and in one packet of 20 ms. */
export const RATE = 8_000;
export const FRAME = 160;

/** A sine between -1 and 1; `start` is the number of the first sample, so that frames join without a click. */
export function sine(hertz, loudness, samples, start = 0, rate = RATE) {
  return Float64Array.from(
    { length: samples },
    (_, n) => loudness * Math.sin((2 * Math.PI * hertz * (start + n)) / rate),
  );
}

/** How strongly a tone is in the samples: 0 to about its loudness (Goertzel). */
export function toneIn(samples, hertz, rate = RATE) {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / rate);
  let [one, two] = [0, 0];
  for (const sample of samples) [one, two] = [sample + coefficient * one - two, one];
  const power = one * one + two * two - coefficient * one * two;
  return samples.length === 0 ? 0 : (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}

/** Root mean square, 0 to 1. */
export function loudnessOf(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

/** G.711 A-law, from the Recommendation's table: sign, three bits of segment, four of step, every other bit inverted. */
export function alawOf(sample) {
  const linear = Math.max(-4_096, Math.min(4_095, Math.round(sample * 4_096)));
  const sign = linear >= 0 ? 0x80 : 0;
  const magnitude = linear >= 0 ? linear : -linear - 1;
  let segment = 0;
  while (segment < 7 && magnitude >= 32 << segment) segment += 1;
  const step = segment === 0 ? magnitude >> 1 : (magnitude >> segment) & 0x0f;
  return (sign | (segment << 4) | (step & 0x0f)) ^ 0x55;
}

export function linearOf(alaw) {
  const code = alaw ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = code & 0x0f;
  const magnitude = segment === 0 ? 2 * step + 1 : ((2 * step + 33) << segment) >> 1;
  return (code & 0x80 ? magnitude : -magnitude) / 4_096;
}

/** A wave file of 16 bits a sample, as Chromium takes it for a microphone. */
export function waveFile(samples, rate) {
  const head = Buffer.alloc(44);
  const data = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, n) => data.writeInt16LE(Math.round(sample * 32_767), n * 2));
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
