import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import type { DeployTarget } from './ports.ts';

/** Longer than any action may take: an older lock was left behind. */
const staleAfter = 2 * 60 * 60_000;
/** A lock without content is being written right now, unless it is older than this. */
const writingFor = 5_000;

interface Holder {
  readonly pid: number;
  readonly owner: string;
  readonly at: number;
}

/** A target that nobody else acts on. */
export interface TargetLock {
  /** The process that acts holds it now: it is free when that ends, whatever becomes of this window. */
  handOver(pid: number): Promise<void>;
  /** Not ours to release any more. */
  leave(): void;
  release(): Promise<void>;
}

/** At most one rollback of a target at a time, over all windows of this person: a lock file with its owner and age. */
export async function lockTarget(
  folder: string,
  target: DeployTarget,
  owner: string,
  now: number,
): Promise<Result<TargetLock>> {
  const key = createHash('sha256')
    .update(JSON.stringify([target.environment, target.name]))
    .digest('hex')
    .slice(0, 16);
  const file = path.join(folder, `rollback-${key}.lock`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const heldBy = (pid: number): string => JSON.stringify({ pid, owner, at: now } satisfies Holder);
  let mine = heldBy(process.pid);
  let left = false;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(mine);
      await handle.close();
      return ok({
        handOver: async (pid) => {
          if ((await readText(file)) !== mine) return;
          mine = heldBy(pid);
          // Beside and renamed: a reader sees the one holder or the other.
          const beside = `${file}.${randomUUID()}`;
          await writeFile(beside, mine, { mode: 0o600 });
          await rename(beside, file);
        },
        leave: () => {
          left = true;
        },
        release: async () => {
          if (left) return;
          if ((await readText(file)) === mine) await rm(file, { force: true });
        },
      });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const text = await readText(file);
      const holder = decodeHolder(text);
      if (holder !== undefined && alive(holder.pid) && now - holder.at < staleAfter)
        return fail(
          'busy',
          `a rollback of ${target.name} is under way in ${holder.owner}, since ${Math.max(0, Math.round((now - holder.at) / 1000))} s`,
          'Wait until it has ended, then look again at what runs.',
        );
      if (holder === undefined && now - (await modifiedAt(file, now)) < writingFor)
        return fail('busy', `a rollback of ${target.name} is starting in another window`);
      // Left behind by a window that died: take it, but only the very file that was read.
      if ((await readText(file)) === text) await rm(file, { force: true });
    }
  }
  return fail('busy', `a rollback of ${target.name} is starting in another window`);
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function modifiedAt(file: string, otherwise: number): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return otherwise;
  }
}

function decodeHolder(text: string | undefined): Holder | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Holder>;
    return typeof value.pid === 'number' && typeof value.at === 'number'
      ? { pid: value.pid, owner: value.owner ?? 'another window', at: value.at }
      : undefined;
  } catch {
    return undefined;
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
