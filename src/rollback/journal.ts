import { constants } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { JournalEntry } from './ports.ts';

/** Append-only record of rollbacks: one JSON line an event, flushed to disk before the action goes on. */
export class Journal {
  readonly #file: string;

  /** @param folder global storage of the extension */
  constructor(folder: string) {
    this.#file = path.join(folder, 'rollback-journal.ndjson');
  }

  /** Throws when the line can't be kept: an action that can't be recorded must not start. */
  async append(entry: JournalEntry): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const file = await open(
      this.#file,
      constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT,
      0o600,
    );
    try {
      // A line cut short by a crash must not swallow the next one.
      const { size } = await file.stat();
      const prefix = size === 0 || (await endsWithNewline(this.#file, size)) ? '' : '\n';
      await file.appendFile(`${prefix}${JSON.stringify(entry)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Oldest first. Lines that can't be read are counted, not lost: they stay in the file. */
  async read(): Promise<{
    readonly entries: readonly JournalEntry[];
    readonly unreadable: number;
  }> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch {
      return { entries: [], unreadable: 0 };
    }
    const entries: JournalEntry[] = [];
    let unreadable = 0;
    for (const line of text.split('\n'))
      if (line.trim() !== '') {
        const entry = decodeEntry(line);
        if (entry === undefined) unreadable++;
        else entries.push(entry);
      }
    return { entries, unreadable };
  }
}

async function endsWithNewline(name: string, size: number): Promise<boolean> {
  const file = await open(name, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 0x0a;
  } finally {
    await file.close();
  }
}

function decodeEntry(line: string): JournalEntry | undefined {
  try {
    const value = JSON.parse(line) as Partial<JournalEntry> | null;
    return typeof value?.at === 'number' &&
      typeof value.event === 'string' &&
      typeof value.id === 'string'
      ? (value as JournalEntry)
      : undefined;
  } catch {
    return undefined;
  }
}
