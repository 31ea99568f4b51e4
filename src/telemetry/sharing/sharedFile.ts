import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as v from 'valibot';
import { ensurePrivateFolder } from '../local/storage/privateFolder.ts';
import { Lease } from './lease.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** An answer of a backend, as another window of this machine got it. */
export interface SharedEntry {
  /** What was asked for, without its time. */
  readonly kind: string;
  /** The stretch that it covers and the distance of its points, Unix milliseconds of the server; 0: an answer of one moment. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** Values that the question was narrowed by; absent: it wasn't. */
  readonly keys?: readonly string[] | undefined;
  /** When it was asked for, Unix milliseconds of this machine. */
  readonly at: number;
}

const entryShape = v.object({
  kind: v.string(),
  from: v.number(),
  to: v.number(),
  step: v.number(),
  keys: v.optional(v.array(v.string())),
  at: v.number(),
  /** In the part after the head, bytes. */
  start: v.number(),
  length: v.number(),
});
const headShape = v.object({
  version: v.literal(1),
  entries: v.array(entryShape),
  /** What each window follows, and when it last said so. */
  wanted: v.record(v.string(), v.object({ keys: v.array(v.string()), at: v.number() })),
});
type Head = v.InferOutput<typeof headShape>;
type StoredEntry = Head['entries'][number];

const keptFor = 60 * 60_000;
const forgottenAfter = 24 * 60 * 60_000;
const wantedFor = 10 * 60_000;
const mostBytes = 16_000_000;
const mostEntries = 400;
/** Largest answer that is shared, before it is packed. */
const mostAnswerBytes = 8_000_000;

/**
 * What the windows of one machine know of one service of one connection: a file that is replaced as a whole, and a lease for whoever asks.
 * Answers only; credentials are never in it.
 */
export class SharedFile {
  /** Unix milliseconds of this machine. */
  readonly now: () => number;
  readonly #file: string;
  readonly #window = randomBytes(6).toString('hex');
  #known: { readonly stamp: string; readonly head: Head; readonly bodies: Buffer } = empty;
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

  get entries(): readonly SharedEntry[] {
    return this.#known.head.entries;
  }

  /** What the other windows follow. */
  wanted(): readonly string[] {
    const now = this.now();
    return Object.entries(this.#known.head.wanted)
      .filter(([window, { at }]) => window !== this.#window && now - at < wantedFor)
      .flatMap(([, { keys }]) => keys);
  }

  /** Undefined when it is unreadable. */
  async body(entry: SharedEntry): Promise<Uint8Array | undefined> {
    const { start, length } = entry as StoredEntry;
    try {
      return await unpack(this.#known.bodies.subarray(start, start + length), {
        maxOutputLength: mostAnswerBytes,
      });
    } catch {
      return undefined;
    }
  }

  /** Before a request. */
  async renew(): Promise<void> {
    await this.#lease?.renew();
  }

  /** Gives an answer to the others. One that can't be written is this window's alone. */
  async add(entry: SharedEntry, body: Uint8Array, keys: readonly string[] = []): Promise<void> {
    if (this.#lease === undefined || body.byteLength > mostAnswerBytes) return;
    const packed = await pack(body, { level: 1 });
    const now = this.now();
    const { head, bodies } = this.#known;
    const parts: Buffer[] = [packed];
    const entries: StoredEntry[] = [{ ...mutable(entry), start: 0, length: packed.length }];
    let size = packed.length;
    for (const old of head.entries.toReversed()) {
      if (now - old.at > keptFor || entries.length >= mostEntries) break;
      if (size + old.length > mostBytes) break;
      parts.push(bodies.subarray(old.start, old.start + old.length));
      entries.push({ ...old, start: size });
      size += old.length;
    }
    const wanted = Object.entries(head.wanted).filter(
      ([window, { at }]) => window !== this.#window && now - at < wantedFor,
    );
    await this.#write(
      {
        version: 1,
        entries: entries.reverse(),
        wanted: Object.fromEntries([...wanted, [this.#window, { keys: [...keys], at: now }]]),
      },
      Buffer.concat(parts),
    );
  }

  async #read(): Promise<void> {
    try {
      const stamp = await stampOf(this.#file);
      if (stamp === this.#known.stamp) return;
      const bytes = await readFile(this.#file);
      const length = bytes.readUInt32LE(0);
      const head = v.parse(headShape, JSON.parse(bytes.toString('utf8', 4, 4 + length)));
      this.#known = { stamp, head, bodies: bytes.subarray(4 + length) };
    } catch {
      // None yet, one of another version, or none of ours: begun anew.
      this.#known = empty;
    }
  }

  async #write(head: Head, bodies: Buffer): Promise<void> {
    const text = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const temporary = `${this.#file}.${randomBytes(6).toString('hex')}.tmp`;
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(Buffer.concat([length, text, bodies]));
      } finally {
        await handle.close();
      }
      const stamp = await stampOf(temporary);
      await rename(temporary, this.#file);
      this.#known = { stamp, head, bodies };
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }
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

const empty = {
  stamp: '',
  head: { version: 1, entries: [], wanted: {} } satisfies Head,
  bodies: Buffer.alloc(0),
};

const mutable = ({ keys, ...entry }: SharedEntry): Omit<StoredEntry, 'start' | 'length'> => ({
  ...entry,
  ...(keys === undefined ? {} : { keys: [...keys] }),
});
