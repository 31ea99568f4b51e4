import { chmod, lstat, mkdir } from 'node:fs/promises';
import type { Result } from '../../../domain/result.ts';
import { fail, ok } from '../../../domain/result.ts';

/** Makes sure that the folder exists, is a real folder of this person, and closed to others (0700). */
export async function ensurePrivateFolder(folder: string): Promise<Result<string>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    const uid = process.getuid?.();
    if (!found.isDirectory() || (uid !== undefined && found.uid !== uid))
      return fail('refused', `${folder} is not a folder of this user`, 'remove it and try again');
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(folder, 0o700);
    return ok(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail('refused', `${folder} can't be used: ${why}`);
  }
}
