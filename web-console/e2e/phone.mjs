import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { RtpLine } from './audio/rtp.mjs';

const PICK_UP_MILLISECONDS = 200;

/**
 * A telephone outside the console: an agency's, a desk phone, or whoever is behind the telco. It rings, picks up, talks,
 * and hangs up when told; one call at a time, as many as there come.
 */
export class Phone {
  #socket = createSocket('udp4');
  #tag = randomBytes(6).toString('hex');
  #dialog = null;
  #sequence = 100;
  #ringing = null;
  #picking = null;
  line = new RtpLine();
  /** The INVITEs that came, whole. */
  invites = [];
  hungUp = false;

  constructor({ picksUp = true } = {}) {
    this.picksUp = picksUp;
  }

  async open() {
    await this.line.open();
    await new Promise((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    this.#socket.on('message', (bytes, from) => this.#receive(bytes.toString(), from));
    return this;
  }

  get address() {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  get uri() {
    return `sip:telepon@${this.address}`;
  }

  /** Answers what rings; by itself unless told not to. */
  pickUp() {
    const [text, { peer }] = [this.#ringing, this.#dialog];
    this.#ringing = null;
    const host = /^c=IN IP4 (\S+)/m.exec(text)?.[1];
    const port = /^m=audio (\d+)/m.exec(text)?.[1];
    if (host && port) this.line.towards(host, Number(port));
    const sdp = [
      'v=0',
      'o=- 7 7 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${this.line.port} RTP/AVP 8 101`,
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      '',
    ].join('\r\n');
    this.#send(this.#answer(text, '200 OK', ['Content-Type: application/sdp'], sdp), peer);
  }

  /** Says no to what rings. */
  refuse(status) {
    this.#send(this.#answer(this.#ringing, status), this.#dialog.peer);
    this.#over();
  }

  hangUp() {
    if (!this.#dialog || this.hungUp) return;
    const { from, to, callId, contact, peer } = this.#dialog;
    this.#sequence += 1;
    this.hungUp = true;
    this.#send(
      [
        `BYE ${contact} SIP/2.0`,
        `Via: SIP/2.0/UDP ${this.address};branch=z9hG4bK${randomBytes(6).toString('hex')};rport`,
        'Max-Forwards: 70',
        `From: ${to}`,
        `To: ${from}`,
        `Call-ID: ${callId}`,
        `CSeq: ${this.#sequence} BYE`,
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
      peer,
    );
  }

  close() {
    clearTimeout(this.#picking);
    this.line.close();
    this.#socket.close();
  }

  #receive(text, peer) {
    const method = /^([A-Z]+) /.exec(text)?.[1];
    if (!method || text.startsWith('SIP/2.0') || method === 'ACK') return;
    if (method === 'INVITE' && !/^to:.*;tag=/im.test(text)) return this.#rung(text, peer);
    this.#send(this.#answer(text, '200 OK'), peer);
    if (method === 'CANCEL' && this.#ringing)
      this.#send(this.#answer(this.#ringing, '487 Request Terminated'), peer);
    if (method === 'BYE' || method === 'CANCEL') this.#over();
  }

  #over() {
    clearTimeout(this.#picking);
    this.#ringing = null;
    this.hungUp = true;
  }

  #rung(text, peer) {
    const header = (name) => new RegExp(`^(?:${name}):\\s*(.*)$`, 'im').exec(text)?.[1].trim() ?? '';
    // The same INVITE again (RFC 3261 section 17.1.1.2).
    if (this.#dialog?.callId === header('call-id|i')) return;
    this.invites.push(text);
    this.hungUp = false;
    this.#ringing = text;
    this.#dialog = {
      from: header('from|f'),
      to: `${header('to|t')};tag=${this.#tag}`,
      callId: header('call-id|i'),
      contact: /<([^>]+)>/.exec(header('contact|m'))?.[1] ?? '',
      peer,
    };
    this.#send(this.#answer(text, '180 Ringing'), peer);
    if (this.picksUp) this.#picking = setTimeout(() => this.pickUp(), PICK_UP_MILLISECONDS);
  }

  #answer(request, status, extra = [], body = '') {
    const kept = request
      .split('\r\n\r\n')[0]
      .split('\r\n')
      .filter((line) => /^(via|v|from|f|to|t|call-id|i|cseq|record-route):/i.test(line))
      .map((line) => (/^(to|t):/i.test(line) && !/;tag=/.test(line) ? `${line};tag=${this.#tag}` : line));
    return [
      `SIP/2.0 ${status}`,
      ...kept,
      `Contact: <${this.uri}>`,
      ...extra,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }

  #send(text, peer) {
    this.#socket.send(text, peer.port, peer.address);
  }
}
