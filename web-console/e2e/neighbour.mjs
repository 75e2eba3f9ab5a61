import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SECRET = 'kunci-tetangga-untuk-uji';

const [US, THEM] = ['19.03', '19.04'];

const sealed = (sender, receiver, stamp, id, body) => {
  const text = ['sigap-neighbour-2', sender, receiver, stamp, id, body].join('\n');
  return `sha256=${createHmac('sha256', SECRET).update(text).digest('hex')}`;
};

/** The system of the neighbouring centre 19.04: takes what is signed, and sends what it is told to send. */
export class Neighbour {
  #server = null;
  #folder = null;
  /** The messages that came, and whether each was signed rightly. */
  letters = [];

  async open() {
    this.#folder = await mkdtemp(path.join(tmpdir(), 'sigap-neighbour-'));
    await writeFile(this.#key, SECRET);
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes) => (body += bytes));
      request.on('end', () => {
        const [id, stamp] = [request.headers['x-sigap-id'], request.headers['x-sigap-timestamp']];
        const signed = request.headers['x-sigap-signature'] === sealed(US, THEM, stamp, id, body);
        this.letters.push({ ...JSON.parse(body), id, signed });
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ number: '2026-000777' }));
      });
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get #key() {
    return path.join(this.#folder, 'key');
  }

  /** How it stands in `sigap.toml`. */
  table(telephone) {
    const { port } = this.#server.address();
    return `
[[neighbour]]
code = "19.04"
name = "112 Bangka Tengah"
telephone = "${telephone}"
url = "http://127.0.0.1:${port}/"
own_code = "${US}"
secret_file = "${this.#key}"
`;
  }

  /** Posts a signed message to a server's own door. */
  async tell(origin, id, message) {
    const [stamp, body] = [new Date().toISOString(), JSON.stringify(message)];
    const response = await fetch(`${origin}/api/v1/neighbours/19.04/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-sigap-id': id,
        'x-sigap-timestamp': stamp,
        'x-sigap-signature': sealed(THEM, US, stamp, id, body),
      },
      body,
    });
    if (!response.ok) throw new Error(`${message.kind}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async close() {
    this.#server?.closeAllConnections();
    this.#server?.close();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }
}
