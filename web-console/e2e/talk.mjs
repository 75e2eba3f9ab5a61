import { pitchHeard } from './audio/page.mjs';
import { toneIn } from './audio/tones.mjs';
import { until } from './harness.mjs';
import { beginShift, MICROPHONE_HERTZ } from './world.mjs';

/** What a caller says, in hertz, and what of it counts as the same tone. */
export const CALLER_HERTZ = 440;
const [LOWEST, HIGHEST] = [430, 450];

/** What a telephone outside says, in hertz: neither the caller's tone nor the microphone's. */
export const PHONE_HERTZ = 1_700;

/** A tone that has come through noise reduction, A-law and the server. */
export const HEARD_SHARE = 0.01;

/** What the neighbouring tones leave at a frequency at which nobody speaks. */
export const UNHEARD_SHARE = 0.005;

/** A call-taker on duty, and a caller whose call they have answered. */
export async function talking(world, username, options) {
  const page = await world.signedIn(username, options);
  await beginShift(page);
  const caller = await world.call();
  caller.line.say(CALLER_HERTZ);
  await answer(page, caller);
  return { page, caller };
}

/** Answers what rings, and waits until it is this caller. */
export async function answer(page, caller) {
  await page.getByText(caller.number).first().waitFor();
  await page.keyboard.press('F2');
  await page.locator('.live .number', { hasText: caller.number }).waitFor();
}

export async function hears440(page, milliseconds) {
  await until(
    async () => {
      const hertz = await pitchHeard(page);
      return hertz !== null && hertz >= LOWEST && hertz <= HIGHEST;
    },
    `the page hears ${LOWEST} to ${HIGHEST} Hz`,
    milliseconds,
  );
}

/** A line hears a tone that is said from now on. */
export async function hearsTone(line, hertz, milliseconds) {
  const since = Date.now();
  await until(
    () => toneIn(line.heardSince(Math.max(since, Date.now() - 400)), hertz) > HEARD_SHARE,
    `${hertz} Hz is heard`,
    milliseconds,
  );
}

export const hearsMicrophone = (line, milliseconds) => hearsTone(line, MICROPHONE_HERTZ, milliseconds);

/** A line that still hears something, but not this tone any more. */
export async function hearsNot(line, hertz) {
  await until(() => {
    const heard = line.heardSince(Date.now() - 400);
    return heard.length > 0 && toneIn(heard, hertz) < UNHEARD_SHARE;
  }, `${hertz} Hz is not heard any more`);
}

/** Stories before this one left calls without an outcome, and the oldest of them would be shown. */
export async function recordOutcomes(world) {
  const ask = await world.api('petugas1');
  const { items } = await ask('GET', '/calls?open=true&limit=100');
  for (const call of items.filter((one) => one.state === 'ended' && one.disposition === null))
    await ask('POST', `/calls/${call.id}/disposition`, { kind: 'ghost' });
}

/** The kinds of what the supervision log says of a call, in its order. */
export async function loggedOf(world, call) {
  const entries = await logged(world);
  return entries.filter((one) => one.stream.includes(call)).map((one) => one.kind);
}

/** The entries of the log after this index, all of them. */
export async function logged(world, after = 0) {
  const ask = await world.api('auditor');
  const all = [];
  for (;;) {
    const { entries } = await ask('GET', `/log?after=${all.at(-1)?.index ?? after}&limit=500`);
    if (entries.length === 0) return all;
    all.push(...entries);
  }
}
