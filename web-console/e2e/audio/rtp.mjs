import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { alawOf, FRAME, linearOf, RATE, sine, toneIn } from './tones.mjs';

/** Payload types as our SDP offers them. */
const PCMA = 8;
export const TELEPHONE_EVENT = 101;

const KEYS = '0123456789*#ABCD';
const FRAME_MILLISECONDS = 20;

/** What is heard is kept this long: enough for every story, bounded for a long one. */
const HEARD_SECONDS_MAX = 120;

/** The audio of a caller's telephone: RTP (RFC 3550), A-law, and keys as RFC 4733 has them. */
export class RtpLine {
  #socket = createSocket('udp4');
  #remote = null;
  #timer = null;
  #sequence = randomBytes(2).readUInt16BE();
  #timestamp = randomBytes(4).readUInt32BE();
  #ssrc = randomBytes(4).readUInt32BE();
  #samplesSaid = 0;
  #hertz = 0;
  #pending = [];
  #lastSequence = null;
  #lastSource = null;
  #lastEvent = null;
  /** Packets heard, those that were missing between two that came, and how often another stream began. */
  received = 0;
  lost = 0;
  streams = 0;
  /** Keys that the other side pressed, in order. */
  keys = '';
  /** `{ at, bytes, samples }` of each packet, the clock being `Date.now()`. */
  #heard = [];

  async open() {
    await new Promise((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    this.#socket.on('message', (packet) => this.#receive(packet));
    this.#socket.on('error', () => undefined);
    return this;
  }

  get port() {
    return this.#socket.address().port;
  }

  /** Sends to where the answer's SDP says. */
  towards(host, port) {
    this.#remote = { host, port };
    if (this.#timer === null) this.#talk(Date.now());
  }

  /** Says a tone from now on; 0 is silence. */
  say(hertz) {
    this.#hertz = hertz;
  }

  /** Presses keys, each for 100 ms with a pause of 60 ms. */
  press(keys) {
    for (const key of keys) this.#pending.push({ event: KEYS.indexOf(key), frame: 0 });
  }

  /** What was heard since a moment, as one run of samples between -1 and 1. */
  heardSince(moment) {
    return this.#heard.filter((one) => one.at >= moment).flatMap((one) => [...one.samples]);
  }

  /** How many different packets of an announcement were heard since a moment, bit for bit. */
  heardOf(announcement, moment) {
    const heard = this.#heard.filter((one) => one.at >= moment).map((one) => one.bytes.toString('latin1'));
    return new Set(heard.filter((one) => announcement.has(one))).size;
  }

  /** The longest time between two packets since a moment, in milliseconds. */
  longestGap(moment) {
    const times = this.#heard.filter((one) => one.at >= moment).map((one) => one.at);
    return Math.max(0, ...times.slice(1).map((at, n) => at - times[n]));
  }

  /** When a tone was first heard after a moment; null if it was not. */
  firstTone(moment, hertz, share) {
    return this.#heard.find((one) => one.at >= moment && toneIn(one.samples, hertz) >= share)?.at ?? null;
  }

  close() {
    clearTimeout(this.#timer);
    this.#socket.close();
  }

  // By the clock and not by an interval: a machine that was busy makes up for it, as a telephone would.
  #talk(due) {
    while (due <= Date.now()) {
      this.#send();
      due += FRAME_MILLISECONDS;
    }
    this.#timer = setTimeout(() => this.#talk(due), Math.max(1, due - Date.now()));
  }

  #send() {
    const key = this.#pending[0];
    if (key && key.frame >= 0) this.#sendKey(key);
    else {
      if (key) key.frame += 1;
      this.#sendTone();
    }
    this.#timestamp = (this.#timestamp + FRAME) >>> 0;
  }

  #sendTone() {
    const samples = sine(this.#hertz, this.#hertz === 0 ? 0 : 0.5, FRAME, this.#samplesSaid);
    this.#samplesSaid += FRAME;
    this.#packet(PCMA, this.#timestamp, false, Buffer.from(samples.map(alawOf)));
  }

  // RFC 4733 section 2.5: one timestamp for the whole event, growing duration, three packets with the end bit.
  #sendKey(key) {
    if (key.frame === 0) key.timestamp = this.#timestamp;
    const frames = 5;
    const isEnd = key.frame >= frames;
    const payload = Buffer.from([key.event, (isEnd ? 0x80 : 0) | 10, 0, 0]);
    payload.writeUInt16BE(Math.min(key.frame + 1, frames) * FRAME, 2);
    this.#packet(TELEPHONE_EVENT, key.timestamp, key.frame === 0, payload);
    key.frame += 1;
    if (key.frame < frames + 3) return;
    this.#pending.shift();
    const next = this.#pending[0];
    if (next) next.frame = -3;
  }

  #packet(type, timestamp, marker, payload) {
    const head = Buffer.alloc(12);
    head[0] = 0x80;
    head[1] = (marker ? 0x80 : 0) | type;
    head.writeUInt16BE(this.#sequence, 2);
    head.writeUInt32BE(timestamp, 4);
    head.writeUInt32BE(this.#ssrc, 8);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#socket.send(Buffer.concat([head, payload]), this.#remote.port, this.#remote.host);
  }

  #receive(packet) {
    if (packet.length < 12 || packet[0] >> 6 !== 2) return;
    const type = packet[1] & 0x7f;
    const sequence = packet.readUInt16BE(2);
    const source = packet.readUInt32BE(8);
    if (source !== this.#lastSource) {
      this.#lastSource = source;
      this.streams += 1;
    } else if (this.#lastSequence !== null) {
      const gap = (sequence - this.#lastSequence) & 0xffff;
      if (gap > 1 && gap < 0x8000) this.lost += gap - 1;
    }
    this.#lastSequence = sequence;
    this.received += 1;
    const payload = packet.subarray(12 + 4 * (packet[0] & 0x0f));
    if (type === TELEPHONE_EVENT) return this.#heardKey(packet.readUInt32BE(4), payload);
    const at = Date.now();
    this.#heard.push({ at, bytes: payload, samples: Float64Array.from(payload, linearOf) });
    while (this.#heard.length > (HEARD_SECONDS_MAX * RATE) / FRAME) this.#heard.shift();
  }

  // Each event comes many times over; its timestamp tells one from the next.
  #heardKey(timestamp, payload) {
    if (payload.length < 4 || this.#lastEvent === timestamp) return;
    this.#lastEvent = timestamp;
    this.keys += KEYS[payload[0]] ?? '?';
  }
}
