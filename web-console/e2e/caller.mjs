import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { RtpLine } from './audio/rtp.mjs';

/** RFC 3261 section 17.1.1.1: the first retransmission comes after T1. */
const T1_MILLISECONDS = 500;

const word = () => randomBytes(6).toString('hex');

/** A caller behind the trunk: just enough of SIP (RFC 3261) and RTP over UDP to ring, talk and hang up. */
export class Caller {
  #socket = createSocket('udp4');
  /** What this caller says and hears. */
  line = new RtpLine();
  #server;
  #callId = `${word()}@127.0.0.1`;
  #tag = word();
  #branch = `z9hG4bK${word()}`;
  #toTag = '';
  #retransmit = null;
  #invite = '';
  /** Status codes, in the order in which they came. */
  statuses = [];
  /** True once the other side has hung up. */
  hungUp = false;

  constructor(server, number, fix = null) {
    const [host, port] = server.split(':');
    this.#server = { host, port: Number(port) };
    this.number = number;
    this.fix = fix;
  }

  async ring() {
    await new Promise((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    this.#socket.on('message', (bytes) => this.#receive(bytes.toString()));
    await this.line.open();
    const body = this.#body();
    const extra = this.number ? [`P-Asserted-Identity: <sip:${this.number}@127.0.0.1>`] : [];
    if (this.fix) extra.push('Geolocation: <cid:loc@127.0.0.1>', 'Geolocation-Routing: yes');
    this.#invite = this.#request(
      'INVITE',
      1,
      this.#branch,
      [...extra, `Content-Type: ${body.type}`],
      body.text,
    );
    this.#send(this.#invite);
    let wait = T1_MILLISECONDS;
    const again = () => {
      if (this.statuses.length > 0 || wait > 8_000) return;
      this.#send(this.#invite);
      wait *= 2;
      this.#retransmit = setTimeout(again, wait);
    };
    this.#retransmit = setTimeout(again, wait);
    return this;
  }

  hangUp() {
    if (this.hungUp) return;
    const answered = this.statuses.some((status) => status >= 200 && status < 300);
    if (answered) this.#send(this.#request('BYE', 2, `z9hG4bK${word()}`));
    else this.#send(this.#request('CANCEL', 1, this.#branch));
  }

  close() {
    clearTimeout(this.#retransmit);
    this.line.close();
    this.#socket.close();
  }

  #receive(text) {
    const first = text.slice(0, text.indexOf('\r\n'));
    const status = /^SIP\/2\.0 (\d+)/.exec(first)?.[1];
    if (status) this.#answered(Number(status), text);
    else this.#asked(first.split(' ')[0], text);
  }

  #answered(status, text) {
    if (!/^cseq:\s*\d+\s+INVITE/im.test(text)) return;
    this.statuses.push(status);
    this.#toTag = /^(?:to|t):.*;tag=([^\s;>]+)/im.exec(text)?.[1] ?? this.#toTag;
    // RFC 3261 section 13.2.2.4: the ACK of a 2xx is a transaction of its own; section 17.1.1.3: the others' is not.
    if (status >= 200 && status < 300) this.#hear(text);
    if (status >= 200) this.#send(this.#request('ACK', 1, status < 300 ? `z9hG4bK${word()}` : this.#branch));
  }

  #hear(text) {
    const host = /^c=IN IP4 (\S+)/m.exec(text)?.[1];
    const port = /^m=audio (\d+)/m.exec(text)?.[1];
    if (host && port) this.line.towards(host, Number(port));
  }

  #asked(method, text) {
    if (method === 'ACK') return;
    const kept = text.split('\r\n').filter((line) => /^(via|v|from|f|to|t|call-id|i|cseq):/i.test(line));
    this.#send(`SIP/2.0 200 OK\r\n${kept.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
    if (method === 'BYE') this.hungUp = true;
  }

  #request(method, sequence, branch, extra = [], body = '') {
    const { port } = this.#socket.address();
    const target = `sip:112@${this.#server.host}:${this.#server.port}`;
    const toTag = method === 'INVITE' || method === 'CANCEL' ? '' : this.#toTag;
    return [
      `${method} ${target} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: <sip:${this.number || 'anonymous'}@127.0.0.1>;tag=${this.#tag}`,
      `To: <sip:112@127.0.0.1>${toTag ? `;tag=${toTag}` : ''}`,
      `Call-ID: ${this.#callId}`,
      `CSeq: ${sequence} ${method}`,
      `Contact: <sip:caller@127.0.0.1:${port}>`,
      ...extra,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }

  #body() {
    const sdp = [
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      `m=audio ${this.line.port} RTP/AVP 8 101`,
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-15',
      'a=ptime:20',
      '',
    ].join('\r\n');
    if (!this.fix) return { type: 'application/sdp', text: sdp };
    const { lat, lon, radius } = this.fix;
    // RFC 5491 section 5.2.3: a circle in WGS 84.
    const pidf =
      '<?xml version="1.0"?><presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"' +
      ' xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0" entity="pres:x@127.0.0.1">' +
      '<tuple id="a"><status><gp:geopriv><gp:location-info><gs:Circle srsName="urn:ogc:def:crs:EPSG::4326">' +
      `<gml:pos>${lat} ${lon}</gml:pos><gs:radius uom="urn:ogc:def:uom:EPSG::9001">${radius}</gs:radius>` +
      '</gs:Circle></gp:location-info><gp:usage-rules/></gp:geopriv></status>' +
      `<timestamp>${new Date().toISOString()}</timestamp></tuple></presence>`;
    const text =
      `--b\r\nContent-Type: application/sdp\r\n\r\n${sdp}\r\n` +
      `--b\r\nContent-Type: application/pidf+xml\r\nContent-ID: <loc@127.0.0.1>\r\n\r\n${pidf}\r\n--b--\r\n`;
    return { type: 'multipart/mixed;boundary=b', text };
  }

  #send(text) {
    this.#socket.send(text, this.#server.port, this.#server.host);
  }
}
