import { once } from 'node:events';
import { createServer } from 'node:http';

/** Somebody's SMS interface: takes every message, or, while it is out of order, none. */
export class Gateway {
  #server = null;
  sent = [];
  works = true;

  async open() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (bytes) => (body += bytes));
      request.on('end', () => {
        if (this.works) this.sent.push(JSON.parse(body));
        response.writeHead(this.works ? 200 : 503, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ id: this.sent.length }));
      });
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/kirim`;
  }

  close() {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
