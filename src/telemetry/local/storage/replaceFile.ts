import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

interface ReplaceOptions {
  /** It must be there after a power cut as well. */
  readonly sync?: boolean;
  /** Told of the finished file before it takes its place. */
  readonly finished?: (temporary: string) => Promise<void>;
}

/**
 * Replaces a file as a whole, closed to others (0600): a crash at any moment leaves the old or the new one, and perhaps an unfinished
 * `<file>.<hex>.tmp` beside it. Rejects when it can't be written; nothing is left then.
 */
export async function replaceFile(
  file: string,
  bytes: Uint8Array,
  { sync = false, finished }: ReplaceOptions = {},
): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      if (sync) await handle.sync();
    } finally {
      await handle.close();
    }
    await finished?.(temporary);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
