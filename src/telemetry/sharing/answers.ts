import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import * as v from 'valibot';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** An answer of a backend that is kept, for this window and others of this machine. */
export interface KeptEntry {
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

export const entryShape = v.object({
  kind: v.string(),
  from: v.number(),
  to: v.number(),
  step: v.number(),
  keys: v.optional(v.array(v.string())),
  at: v.number(),
  /** Among the packed bodies, bytes. */
  start: v.number(),
  length: v.number(),
});
type StoredEntry = v.InferOutput<typeof entryShape>;

/** Answers, packed one after the other. */
export interface PackedAnswers {
  /** In the order in which they came. */
  readonly entries: readonly StoredEntry[];
  readonly bodies: Buffer;
}

export const noAnswers: PackedAnswers = { entries: [], bodies: Buffer.alloc(0) };

/** Stretches are of use to whoever comes soon; what a backend has is for whoever comes tomorrow. */
const keptFor = { stretch: 60 * 60_000, moment: 48 * 60 * 60_000 };
const mostBytes = 16_000_000;
const mostEntries = 400;
/** Largest answer that is kept, before it is packed. */
export const mostAnswerBytes = 8_000_000;

/** With one more of them; the oldest that don't fit any more are left out. An answer of a moment takes the place of the one before. */
export async function withAnswer(
  { entries, bodies }: PackedAnswers,
  entry: KeptEntry,
  body: Uint8Array,
  now: number,
): Promise<PackedAnswers> {
  const packed = await pack(body, { level: 1 });
  const parts: Buffer[] = [packed];
  const kept: StoredEntry[] = [{ ...mutable(entry), start: 0, length: packed.length }];
  let size = packed.length;
  for (const old of entries.toReversed()) {
    if (kept.length >= mostEntries || size + old.length > mostBytes) break;
    if (now - old.at > (old.step === 0 ? keptFor.moment : keptFor.stretch)) continue;
    if (old.step === 0 && old.kind === entry.kind) continue;
    parts.push(bodies.subarray(old.start, old.start + old.length));
    kept.push({ ...old, start: size });
    size += old.length;
  }
  return { entries: kept.reverse(), bodies: Buffer.concat(parts) };
}

/** Undefined when it is unreadable. */
export async function bodyOf(
  { bodies }: PackedAnswers,
  entry: KeptEntry,
): Promise<Uint8Array | undefined> {
  const { start, length } = entry as StoredEntry;
  try {
    return await unpack(bodies.subarray(start, start + length), {
      maxOutputLength: mostAnswerBytes,
    });
  } catch {
    return undefined;
  }
}

const mutable = ({ keys, ...entry }: KeptEntry): Omit<StoredEntry, 'start' | 'length'> => ({
  ...entry,
  ...(keys === undefined ? {} : { keys: [...keys] }),
});
