/** Looks at the audio of a console from inside its page. */

import { until } from '../harness.mjs';

/** How much louder than the silence around it a tone must be, in decibels. */
const ABOVE_SILENCE = 20;

/** The pitch that is loudest in what the page hears, over half a second; null while it hears nothing. */
export function pitchHeard(page) {
  return page.evaluate(async () => {
    const peer = window.peers.findLast((one) => one.connectionState === 'connected');
    const track = peer?.getReceivers()[0]?.track;
    if (!track) return null;
    window.ear ??= new AudioContext();
    await window.ear.resume();
    const analyser = window.ear.createAnalyser();
    analyser.fftSize = 16_384;
    analyser.smoothingTimeConstant = 0;
    const source = window.ear.createMediaStreamSource(new MediaStream([track]));
    source.connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    source.disconnect();
    let loudest = 0;
    bins.forEach((decibels, place) => {
      if (decibels > bins[loudest]) loudest = place;
    });
    if (bins[loudest] < -60) return null;
    return (loudest * window.ear.sampleRate) / analyser.fftSize;
  });
}

/** The page hears all of these tones at once. */
export async function hearsBoth(page, ...hertz) {
  await until(
    async () => {
      const heard = await loudnessAt(page, [...hertz, 3_100]);
      const silence = heard?.pop();
      return heard?.every((one) => one > silence + ABOVE_SILENCE);
    },
    `the page hears ${hertz.join(' and ')} Hz`,
  );
}

/** How loud what the page hears is at some pitches, in decibels. */
function loudnessAt(page, pitches) {
  return page.evaluate(async (pitches) => {
    const peer = window.peers.findLast((one) => one.connectionState === 'connected');
    const track = peer?.getReceivers()[0]?.track;
    if (!track) return null;
    window.ear ??= new AudioContext();
    await window.ear.resume();
    const analyser = window.ear.createAnalyser();
    analyser.fftSize = 4_096;
    const source = window.ear.createMediaStreamSource(new MediaStream([track]));
    source.connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    source.disconnect();
    return pitches.map((hertz) => bins[Math.round((hertz * analyser.fftSize) / window.ear.sampleRate)]);
  }, pitches);
}

/** What the page has received and lost, and what the server says it lost of what the page sent. */
export function lineFigures(page) {
  return page.evaluate(async () => {
    const peer = window.peers.findLast((one) => one.connectionState === 'connected');
    const figures = { received: 0, lost: 0, sent: 0, lostAtServer: null, codecs: [] };
    for (const entry of (await peer.getStats()).values()) {
      if (entry.type === 'inbound-rtp')
        Object.assign(figures, { received: entry.packetsReceived, lost: entry.packetsLost });
      if (entry.type === 'outbound-rtp') figures.sent = entry.packetsSent;
      if (entry.type === 'remote-inbound-rtp') figures.lostAtServer = entry.packetsLost;
      if (entry.type === 'codec') figures.codecs.push(entry.mimeType);
    }
    return figures;
  });
}

/** Notes when the page first hears anything after the next key F2; read with `firstHeard`. */
export function watchForFirstSound(page) {
  return page.evaluate(async () => {
    window.pressedAt = null;
    window.heardAt = null;
    const peer = window.peers.findLast((one) => one.connectionState === 'connected');
    window.ear ??= new AudioContext();
    await window.ear.resume();
    const analyser = window.ear.createAnalyser();
    analyser.fftSize = 256;
    const source = window.ear.createMediaStreamSource(new MediaStream([peer.getReceivers()[0].track]));
    source.connect(analyser);
    const samples = new Float32Array(256);
    addEventListener(
      'keydown',
      (event) => {
        window.pressedAt = performance.timeOrigin + event.timeStamp;
        const timer = setInterval(() => {
          analyser.getFloatTimeDomainData(samples);
          const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
          if (loud < 0.02) return;
          window.heardAt = performance.timeOrigin + performance.now();
          source.disconnect();
          clearInterval(timer);
        }, 4);
      },
      { once: true, capture: true },
    );
  });
}

export function firstHeard(page) {
  return page.evaluate(() => ({ pressedAt: window.pressedAt, heardAt: window.heardAt }));
}
