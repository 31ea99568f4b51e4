import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { ensurePrivateFolder } from '../local/storage/privateFolder.ts';
import { replaceFile } from '../local/storage/replaceFile.ts';
import {
  bodyOf,
  entryShape,
  mostAnswerBytes,
  noAnswers,
  withAnswer,
  type KeptEntry,
  type PackedAnswers,
} from './answers.ts';
import type { AnswerStore } from './answerStore.ts';
import { Lease } from './lease.ts';

const headShape = v.object({
  version: v.literal(1),
  entries: v.array(entryShape),
  /** What each window follows, and when it last said so. */
  wanted: v.record(v.string(), v.object({ keys: v.array(v.string()), at: v.number() })),
});
type Wanted = v.InferOutput<typeof headShape>['wanted'];

const forgottenAfter = 24 * 60 * 60_000;
const wantedFor = 10 * 60_000;

/**
 * What the windows of one machine know of one service of one connection: a file that is replaced as a whole, and a lease for whoever asks.
 * Answers only; credentials are never in it.
 */
export class SharedFile implements AnswerStore {
  /** Unix milliseconds of this machine. */
  readonly now: () => number;
  readonly #file: string;
  readonly #window = randomBytes(6).toString('hex');
  #known: Known = empty;
  #lease: Lease | undefined;

  private constructor(file: string, now: () => number) {
    this.#file = file;
    this.now = now;
  }

  /** @returns undefined where the folder can't be kept private. @param names what is shared: connection, selection, service */
  static async open(
    folder: string,
    names: readonly unknown[],
    now: () => number,
  ): Promise<SharedFile | undefined> {
    const kept = await ensurePrivateFolder(folder);
    const name = createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 32);
    if (kept.ok) await removeOld(kept.value);
    return kept.ok ? new SharedFile(path.join(kept.value, `${name}.answers`), now) : undefined;
  }

  /** Runs work that nobody else does at the same time, with what others found out until now. */
  async alone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    // Somebody may have cleared it.
    await ensurePrivateFolder(path.dirname(this.#file));
    this.#lease = await Lease.take(`${this.#file}.lease`, signal);
    try {
      await this.#read();
      return await work();
    } finally {
      await this.#lease?.release();
      this.#lease = undefined;
    }
  }

  get entries(): readonly KeptEntry[] {
    return this.#known.answers.entries;
  }

  /** What the other windows follow. */
  wanted(): readonly string[] {
    const now = this.now();
    return Object.entries(this.#known.wanted)
      .filter(([window, { at }]) => window !== this.#window && now - at < wantedFor)
      .flatMap(([, { keys }]) => keys);
  }

  body(entry: KeptEntry): Promise<Uint8Array | undefined> {
    return bodyOf(this.#known.answers, entry);
  }

  async renew(): Promise<void> {
    await this.#lease?.renew();
  }

  /** Gives an answer to the others. One that can't be written is this window's alone. */
  async add(entry: KeptEntry, body: Uint8Array, keys: readonly string[] = []): Promise<void> {
    if (this.#lease === undefined || body.byteLength > mostAnswerBytes) return;
    const now = this.now();
    const { answers, wanted } = this.#known;
    const others = Object.entries(wanted).filter(
      ([window, { at }]) => window !== this.#window && now - at < wantedFor,
    );
    await this.#write(
      await withAnswer(answers, entry, body, now),
      Object.fromEntries([...others, [this.#window, { keys: [...keys], at: now }]]),
    );
  }

  async #read(): Promise<void> {
    try {
      const stamp = await stampOf(this.#file);
      if (stamp === this.#known.stamp) return;
      const bytes = await readFile(this.#file);
      const length = bytes.readUInt32LE(0);
      const { entries, wanted } = v.parse(
        headShape,
        JSON.parse(bytes.toString('utf8', 4, 4 + length)),
      );
      this.#known = { stamp, answers: { entries, bodies: bytes.subarray(4 + length) }, wanted };
    } catch {
      // None yet, one of another version, or none of ours: begun anew.
      this.#known = empty;
    }
  }

  async #write(answers: PackedAnswers, wanted: Wanted): Promise<void> {
    const head = { version: 1, entries: [...answers.entries], wanted } satisfies v.InferOutput<
      typeof headShape
    >;
    const text = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    let stamp = '';
    try {
      await replaceFile(this.#file, Buffer.concat([length, text, answers.bodies]), {
        finished: async (temporary) => {
          stamp = await stampOf(temporary);
        },
      });
      this.#known = { stamp, answers, wanted };
    } catch {
      // Others ask for themselves then.
    }
  }
}

interface Known {
  /** Tells the file from another one in its place. */
  readonly stamp: string;
  readonly answers: PackedAnswers;
  readonly wanted: Wanted;
}

/** Of services and connections that nobody looks at any more, and what a crash left. */
async function removeOld(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() === true && Date.now() - found.mtimeMs > forgottenAfter)
      await rm(file, { force: true }).catch(() => undefined);
  }
}

const stampOf = async (file: string): Promise<string> => {
  const { mtimeMs, size, ino } = await stat(file);
  return [mtimeMs, size, ino].join();
};

const empty: Known = { stamp: '', answers: noAnswers, wanted: {} };
