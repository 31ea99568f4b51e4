import { createHash } from 'node:crypto';
import type { SharedFile } from './sharedFile.ts';

/** Answers about what a backend has: those that another window got within a time are as good as new ones. */
export class SharedLook {
  readonly #file: SharedFile;
  readonly #within: number;
  /** When the oldest of the answers used was asked for, Unix milliseconds of this machine. */
  oldest: number;

  /** @param within milliseconds; 0: everything is asked for anew */
  constructor(file: SharedFile, within: number) {
    this.#file = file;
    this.#within = within;
    this.oldest = file.now();
  }

  /**
   * @param question everything that tells it from others, but its time
   * @returns the answer, and how many milliseconds the server's clock was ahead
   */
  async find(
    question: string,
  ): Promise<{ readonly body: Uint8Array; readonly clockOffset: number } | undefined> {
    const kind = kindOf(question);
    const entry = this.#file.entries.findLast(
      (one) => one.kind === kind && this.#file.now() - one.at < this.#within,
    );
    const body = entry && (await this.#file.body(entry));
    if (entry === undefined || body === undefined) return undefined;
    this.oldest = Math.min(this.oldest, entry.at);
    return { body, clockOffset: entry.to - entry.at };
  }

  async add(question: string, body: Uint8Array, clockOffset: number): Promise<void> {
    const at = this.#file.now();
    await this.#file.add(
      { kind: kindOf(question), from: at, to: at + clockOffset, step: 0, at },
      body,
    );
  }

  renew(): Promise<void> {
    return this.#file.renew();
  }
}

const kindOf = (question: string): string =>
  createHash('sha256').update(question).digest('hex').slice(0, 24);
