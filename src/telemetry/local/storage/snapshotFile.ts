import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from './replaceFile.ts';

const name = 'receiver.snapshot';
const setAsidePattern = /^receiver\.snapshot\.(damaged-\d+|[\da-f]+\.tmp)$/;
/** Damaged snapshots kept for whoever looks into it. */
const keptDamaged = 3;

/** The receiver's state on disk: replaced as a whole, so that a crash at any moment leaves the old or the new one. */
export class SnapshotFile {
  private readonly folder: string;
  private readonly file: string;

  /** @param folder exists, closed to others. */
  constructor(folder: string) {
    this.folder = folder;
    this.file = path.join(folder, name);
  }

  /** Undefined when there is none. Rejects when it can't be read. */
  async read(): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await replaceFile(this.file, bytes, { sync: true });
    await this.syncFolder();
  }

  /** Renames a snapshot that can't be used; the path it has now. */
  async setAside(now: number): Promise<string> {
    const aside = `${this.file}.damaged-${now}`;
    await rename(this.file, aside);
    const damaged = (await this.others()).filter((other) => other.includes('.damaged-')).sort();
    for (const old of damaged.slice(0, -keptDamaged)) await rm(path.join(this.folder, old));
    return aside;
  }

  /** Removes it and everything that ever came from it. */
  async remove(): Promise<void> {
    await rm(this.file, { force: true });
    for (const other of await this.others())
      await rm(path.join(this.folder, other), { force: true });
  }

  /** Removes what a crash in the middle of writing left. */
  async removeLeftovers(): Promise<void> {
    for (const other of await this.others())
      if (other.endsWith('.tmp')) await rm(path.join(this.folder, other), { force: true });
  }

  private async others(): Promise<string[]> {
    return (await readdir(this.folder)).filter((entry) => setAsidePattern.test(entry));
  }

  /** The rename itself must survive a power cut. Windows can't open folders, and doesn't need it. */
  private async syncFolder(): Promise<void> {
    const handle = await open(this.folder, 'r').catch(() => undefined);
    try {
      await handle?.sync();
    } catch {
      // Some file systems refuse to sync a folder; the file itself is safe.
    } finally {
      await handle?.close();
    }
  }
}
