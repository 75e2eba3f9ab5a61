import { loudness, meterShare } from './levels';

/** Ten times a second: a meter that follows speech, on an old PC as well. */
const READ_MILLISECONDS = 100;

/** Samples that one reading looks at; 21 ms at 48 kHz. */
const SAMPLES = 1_024;

/** How loud a stream is, for the eye. It only listens: nothing that a caller hears passes through it. */
export class Meter {
  /** 0 to 1. */
  share = $state(0);
  /** The loudest since the stream came: a microphone that never moved is not plugged in. */
  loudest = $state(0);
  #source: MediaStreamAudioSourceNode | null = null;
  #timer: number | undefined;
  readonly #samples = new Float32Array(SAMPLES);

  follow(context: AudioContext, stream: MediaStream): void {
    this.stop();
    const analyser = context.createAnalyser();
    analyser.fftSize = SAMPLES;
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(analyser);
    this.#timer = window.setInterval(() => {
      analyser.getFloatTimeDomainData(this.#samples);
      const share = meterShare(loudness(this.#samples));
      this.share = share;
      if (share > this.loudest) this.loudest = share;
    }, READ_MILLISECONDS);
  }

  stop(): void {
    window.clearInterval(this.#timer);
    this.#source?.disconnect();
    this.#source = null;
    this.share = 0;
    this.loudest = 0;
  }
}
