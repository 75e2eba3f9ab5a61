import { toneShare } from './levels';

/** A tone that is no speech, passes every telephone codec, and is none of the tones of our alarms. */
const TONE_HERTZ = 1_250;
const TONE_SECONDS = 0.6;
const TONE_LOUDNESS = 0.3;

/** A tone that came back through two conversions still has this much of itself. */
const HEARD_SHARE = 0.05;

/** The server gives the echo back after half a second; past this nothing comes any more. */
const ECHO_MILLISECONDS_MAX = 4_000;

const LISTEN_MILLISECONDS = 20;
const SAMPLES = 2_048;

/**
 * Sends a tone down a line that the server echoes, and waits for it to come back: microphone, headset and both
 * directions of the network are then known to work. Returns the milliseconds there and back, or null.
 */
export async function echoOf(
  context: AudioContext,
  remote: MediaStream,
  say: (track: MediaStreamTrack) => Promise<void>,
): Promise<number | null> {
  const analyser = context.createAnalyser();
  analyser.fftSize = SAMPLES;
  const source = context.createMediaStreamSource(remote);
  source.connect(analyser);
  const out = context.createMediaStreamDestination();
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.frequency.value = TONE_HERTZ;
  gain.gain.value = TONE_LOUDNESS;
  tone.connect(gain).connect(out);
  try {
    const [track] = out.stream.getAudioTracks();
    if (!track) return null;
    await say(track);
    const began = performance.now();
    tone.start();
    tone.stop(context.currentTime + TONE_SECONDS);
    return await heardAfter(analyser, context.sampleRate, began);
  } finally {
    source.disconnect();
    tone.disconnect();
  }
}

async function heardAfter(analyser: AnalyserNode, sampleRate: number, began: number): Promise<number | null> {
  const samples = new Float32Array(SAMPLES);
  while (performance.now() - began < ECHO_MILLISECONDS_MAX) {
    analyser.getFloatTimeDomainData(samples);
    if (toneShare(samples, TONE_HERTZ, sampleRate) > HEARD_SHARE) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, LISTEN_MILLISECONDS));
  }
  return null;
}
