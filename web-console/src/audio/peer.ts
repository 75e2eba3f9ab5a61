import { telephoneCodecs } from './codecs';

/** Candidates of a LAN are there at once; a network card that does not answer must not hold a caller up. */
const GATHERING_MILLISECONDS_MAX = 2_000;

/** On a LAN the handshake takes a tenth of a second; a lost packet of it is repeated after one. */
const HANDSHAKE_MILLISECONDS_MAX = 5_000;

/** Sends an offer to the server and brings its answer. */
export type Exchange = (offer: string) => Promise<string>;

/** What the line has done so far, as the browser counts it. */
export interface LineFigures {
  received: number;
  lost: number;
}

/** One audio connection to the server: a telephone line in both directions, opened with one offer and one answer. */
export class Peer {
  readonly remote = new MediaStream();
  readonly #connection = new RTCPeerConnection({ iceServers: [], bundlePolicy: 'max-bundle' });
  readonly #line: RTCRtpTransceiver;

  private constructor(
    track: MediaStreamTrack,
    private readonly onfailed: () => void,
  ) {
    this.#line = this.#connection.addTransceiver(track, { direction: 'sendrecv' });
    const known = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
    this.#line.setCodecPreferences(telephoneCodecs(known));
    this.remote.addTrack(this.#line.receiver.track);
    this.#connection.onconnectionstatechange = () => {
      if (this.#connection.connectionState === 'failed') this.onfailed();
    };
  }

  /** Opens a line for what `track` hears. `onfailed` is told when the browser itself gives the line up. */
  static async open(track: MediaStreamTrack, exchange: Exchange, onfailed: () => void): Promise<Peer> {
    const peer = new Peer(track, onfailed);
    try {
      await peer.#connection.setLocalDescription();
      await peer.#gathered();
      const offer = peer.#connection.localDescription?.sdp ?? '';
      await peer.#connection.setRemoteDescription({ type: 'answer', sdp: await exchange(offer) });
      return peer;
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  /** Resolves when audio can flow; rejects when it cannot within the time of a handshake. */
  async connected(): Promise<void> {
    const end = performance.now() + HANDSHAKE_MILLISECONDS_MAX;
    while (this.#connection.connectionState !== 'connected') {
      if (performance.now() > end) throw new Error('the audio line did not come up');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Says something else into the same line; nothing is negotiated for it. */
  async say(track: MediaStreamTrack): Promise<void> {
    await this.#line.sender.replaceTrack(track);
  }

  /** Presses keys on the line (RFC 4733). False where the line cannot carry them. */
  press(digits: string): boolean {
    const keys = this.#line.sender.dtmf;
    if (!keys?.canInsertDTMF) return false;
    keys.insertDTMF(keys.toneBuffer + digits);
    return true;
  }

  async figures(): Promise<LineFigures> {
    const report = await this.#line.receiver.getStats();
    for (const entry of report.values()) {
      if (entry.type === 'inbound-rtp') {
        return { received: entry.packetsReceived ?? 0, lost: entry.packetsLost ?? 0 };
      }
    }
    return { received: 0, lost: 0 };
  }

  close(): void {
    this.#connection.onconnectionstatechange = null;
    this.#connection.close();
  }

  // The server takes one offer with everything in it; there is no later message for a late candidate.
  #gathered(): Promise<void> {
    const connection = this.#connection;
    if (connection.iceGatheringState === 'complete') return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(limit);
        connection.onicegatheringstatechange = null;
        resolve();
      };
      const limit = setTimeout(done, GATHERING_MILLISECONDS_MAX);
      connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState === 'complete') done();
      };
    });
  }
}
