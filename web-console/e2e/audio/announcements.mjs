import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FRAME, linearOf, loudnessOf } from './tones.mjs';

const folder = path.resolve(import.meta.dirname, '../../../sip-config/announcements');

/** Quieter than this is a pause, which every announcement has. */
const SPOKEN = 0.01;

/** The spoken packets of an announcement, as they stand in its file: A-law goes out to A-law unchanged. */
export async function announcement(name) {
  const file = await readFile(path.join(folder, `${name}.wav`));
  let place = 12;
  while (file.toString('latin1', place, place + 4) !== 'data') place += 8 + file.readUInt32LE(place + 4);
  const data = file.subarray(place + 8, place + 8 + file.readUInt32LE(place + 4));
  const frames = new Set();
  for (let start = 0; start + FRAME <= data.length; start += FRAME) {
    const frame = data.subarray(start, start + FRAME);
    if (loudnessOf(Float64Array.from(frame, linearOf)) > SPOKEN) frames.add(frame.toString('latin1'));
  }
  return frames;
}
