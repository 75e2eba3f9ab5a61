import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const START_MILLISECONDS_MAX = 20_000;

export function binaryPath() {
  const given = process.env.SIGAP_BIN ?? path.resolve(import.meta.dirname, '../../target/debug/sigap');
  if (!existsSync(given)) throw new Error(`there is no binary at ${given}; set SIGAP_BIN or build it`);
  return given;
}

/** The real binary on a data folder of its own; it may be killed and started again on the same ports. */
export class Server {
  #process = null;
  #folder = null;
  #log = [];
  http = '127.0.0.1:0';
  sip = '127.0.0.1:0';

  get origin() {
    return `http://${this.http}`;
  }

  async start() {
    this.#folder ??= await mkdtemp(path.join(tmpdir(), 'sigap-e2e-'));
    const flags = ['serve', '--demo', '--data-dir', this.#folder, '--http', this.http, '--sip', this.sip];
    const child = spawn(binaryPath(), flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    child.stderr.on('data', (bytes) => this.#remember(bytes));
    child.on('error', (error) => this.#remember(error.message));
    const lines = createInterface({ input: child.stdout });
    const ready = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        this.#remember(line);
        const match = /^ready http=(\S+) sip=(\S+)/.exec(line);
        if (match) resolve(match);
      });
      child.on('exit', (code) => reject(new Error(`the server ended with ${code}\n${this.log()}`)));
      setTimeout(
        () => reject(new Error(`the server was not ready\n${this.log()}`)),
        START_MILLISECONDS_MAX,
      ).unref();
    });
    [, this.http, this.sip] = await ready;
  }

  /** As a power cut would end it. */
  async kill() {
    await this.#end('SIGKILL');
  }

  async stop() {
    await this.#end('SIGTERM');
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  log() {
    return this.#log.slice(-40).join('\n');
  }

  async #end(signal) {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(hard);
  }

  #remember(text) {
    this.#log.push(String(text).trimEnd());
    if (this.#log.length > 400) this.#log.splice(0, 200);
  }
}
