import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import { ensurePrivateFolder } from '../storage/privateFolder.ts';

/** sockaddr_un holds 104 bytes on macOS and 108 on Linux, with a final zero. */
const longestPath = 103;

/** A fresh path for a leader's socket, in a folder closed to others. */
export async function newSocketPath(storageFolder: string): Promise<Result<string>> {
  const random = randomBytes(6).toString('hex');
  if (process.platform === 'win32') return ok(`\\\\.\\pipe\\prodlens-${random}`);
  const name = `prodlens-${random}.sock`;
  const mine = `prodlens-${process.getuid?.() ?? 0}`;
  const short = [
    storageFolder,
    path.join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), mine),
    path.join('/tmp', mine),
  ].find((folder) => Buffer.byteLength(path.join(folder, name)) <= longestPath);
  const folder = await ensurePrivateFolder(short ?? storageFolder);
  return folder.ok ? ok(path.join(folder.value, name)) : folder;
}
