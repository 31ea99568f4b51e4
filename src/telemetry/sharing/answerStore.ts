import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { KeptEntry } from './answers.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Where answers are kept. */
export interface AnswerStore {
  /** Unix milliseconds of this machine. */
  readonly now: () => number;
  readonly entries: readonly KeptEntry[];
  /** Undefined when it is unreadable. */
  body(entry: KeptEntry): Promise<Uint8Array | undefined>;
  add(entry: KeptEntry, body: Uint8Array): Promise<void>;
  /** Before a request. */
  renew(): Promise<void>;
  /** Runs work that nobody else does at the same time, with what others found out until now. */
  alone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Packed; what a backend has is far less. */
const mostBytes = 48_000_000;
const mostEntries = 400;

interface Remembered {
  readonly entry: KeptEntry;
  readonly packed: Uint8Array;
}

/**
 * Answers of moments, of one window as long as it is open, beside those that windows share: where nothing can be shared, and where an answer
 * can't be written (too large, no room on the disk, another window has the lease), it isn't asked for again and again.
 */
export class AnswersInMemory implements AnswerStore {
  readonly now: () => number;
  readonly #shared: AnswerStore | undefined;
  /** The newest of each kind, in the order in which they came. */
  readonly #own = new Map<string, Remembered>();

  constructor(now: () => number, shared?: AnswerStore) {
    this.now = now;
    this.#shared = shared;
  }

  get entries(): readonly KeptEntry[] {
    const own = [...this.#own.values()].map(({ entry }) => entry);
    return [...(this.#shared?.entries ?? []), ...own].toSorted((a, b) => a.at - b.at);
  }

  async body(entry: KeptEntry): Promise<Uint8Array | undefined> {
    const own = this.#own.get(entry.kind);
    return own?.entry === entry ? unpack(own.packed) : this.#shared?.body(entry);
  }

  async add(entry: KeptEntry, body: Uint8Array): Promise<void> {
    this.#own.delete(entry.kind);
    this.#own.set(entry.kind, { entry, packed: await pack(body, { level: 1 }) });
    let bytes = 0;
    for (const [i, { entry: old, packed }] of [...this.#own.values()].toReversed().entries()) {
      bytes += packed.byteLength;
      if (bytes > mostBytes || i >= mostEntries) this.#own.delete(old.kind);
    }
    await this.#shared?.add(entry, body);
  }

  async renew(): Promise<void> {
    await this.#shared?.renew();
  }

  alone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#shared === undefined ? work() : this.#shared.alone(work, signal);
  }
}
