import { opendir } from 'node:fs/promises';
import path from 'node:path';
import type { FileFilter } from './fileFilter.ts';

/** A walk stops there and says so: more is no workspace but a disk. */
const mostFiles = 200_000;
const mostEntries = 2_000_000;

export interface WalkResult {
  /** Relative, with forward slashes. */
  readonly files: readonly string[];
  readonly truncated: boolean;
}

/**
 * Files of a folder that isn't a git repository. Symbolic links are not followed, so loops and places outside the folder can't be
 * reached; unreadable folders are left out.
 */
export async function walkFolder(
  folder: string,
  filter: FileFilter,
  wanted: (relativePath: string) => boolean,
  signal: AbortSignal,
): Promise<WalkResult> {
  const files: string[] = [];
  const waiting = [''];
  let entries = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (signal.aborted) break;
    try {
      for await (const entry of await opendir(path.join(folder, at), { bufferSize: 256 })) {
        const relative = at === '' ? entry.name : `${at}/${entry.name}`;
        if (++entries > mostEntries || files.length >= mostFiles) return { files, truncated: true };
        if (entry.isDirectory()) {
          if (filter.folder(relative)) waiting.push(relative);
        } else if (entry.isFile() && wanted(relative) && filter.file(relative, false))
          files.push(relative);
      }
    } catch {
      // A folder that can't be read, or that vanished while we walked, has nothing to show.
    }
  }
  return { files: files.sort(), truncated: false };
}
