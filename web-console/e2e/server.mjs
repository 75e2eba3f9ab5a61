import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const START_MILLISECONDS_MAX = 20_000;

export function binaryPath() {
  const given = process.env.SIGAP_BIN ?? path.resolve(import.meta.dirname, '../../target/debug/sigap');
  if (!existsSync(given)) throw new Error(`there is no binary at ${given}; set SIGAP_BIN or build it`);
  return given;
}

/** One process of the binary. */
class Process {
  #child = null;
  #lines = [];

  /** Starts it, and brings what it says of itself when it is ready. */
  async start(flags, said) {
    const child = spawn(binaryPath(), flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.on('data', (bytes) => this.#remember(bytes));
    child.on('error', (error) => this.#remember(error.message));
    const lines = createInterface({ input: child.stdout });
    return new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        this.#remember(line);
        const match = said.exec(line);
        if (match) resolve(match);
      });
      child.on('exit', (code) => reject(new Error(`${flags[0]} ended with ${code}\n${this.log()}`)));
      setTimeout(
        () => reject(new Error(`${flags[0]} was not ready\n${this.log()}`)),
        START_MILLISECONDS_MAX,
      ).unref();
    });
  }

  async end(signal) {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(hard);
  }

  log() {
    return this.#lines.slice(-40).join('\n');
  }

  #remember(text) {
    this.#lines.push(String(text).trimEnd());
    if (this.#lines.length > 400) this.#lines.splice(0, 200);
  }
}

/** A data folder with a configuration file in it. */
async function folderWith(settings) {
  const folder = await mkdtemp(path.join(tmpdir(), 'sigap-e2e-'));
  await writeFile(path.join(folder, 'sigap.toml'), settings);
  return folder;
}

/** The real binary on a data folder of its own; it may be killed and started again on the same ports. */
export class Server {
  #process = new Process();
  #folder = null;
  #settings;
  http = '127.0.0.1:0';
  sip = '127.0.0.1:0';

  constructor(settings) {
    this.#settings = settings;
  }

  get origin() {
    return `http://${this.http}`;
  }

  /** The data folder, once it has been started. */
  get folder() {
    return this.#folder;
  }

  async start() {
    this.#folder ??= await folderWith(this.#settings);
    const flags = ['serve', '--demo', '--data-dir', this.#folder, '--http', this.http, '--sip', this.sip];
    [, this.http, this.sip] = await this.#process.start(flags, /^ready http=(\S+) sip=(\S+)/);
  }

  /** As a power cut would end it. */
  async kill() {
    await this.#process.end('SIGKILL');
  }

  async stop() {
    await this.#process.end('SIGTERM');
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  log() {
    return this.#process.log();
  }
}

/** The two halves of the program as processes of their own, on one data folder. */
export class Halves {
  #trunk = new Process();
  #desk = new Process();
  #folder = null;
  #settings;
  http = '127.0.0.1:0';
  sip = '127.0.0.1:0';

  constructor(settings) {
    this.#settings = settings;
  }

  get origin() {
    return `http://${this.http}`;
  }

  async start() {
    this.#folder = await folderWith(this.#settings);
    await this.startTrunk();
    await this.startDesk();
  }

  async startTrunk() {
    const flags = ['trunk', '--demo', '--data-dir', this.#folder, '--sip', this.sip, '--seat-port', '0'];
    [, this.sip] = await this.#trunk.start(flags, /^ready sip=(\S+)/);
  }

  async startDesk() {
    const flags = ['desk', '--demo', '--data-dir', this.#folder, '--http', this.http];
    [, this.http] = await this.#desk.start(flags, /^ready http=(\S+)/);
  }

  /** `kill -9`; nobody is told. */
  async killTrunk() {
    await this.#trunk.end('SIGKILL');
  }

  async killDesk() {
    await this.#desk.end('SIGKILL');
  }

  async stop() {
    await this.#desk.end('SIGTERM');
    await this.#trunk.end('SIGTERM');
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  log() {
    return `trunk:\n${this.#trunk.log()}\ndesk:\n${this.#desk.log()}`;
  }
}
