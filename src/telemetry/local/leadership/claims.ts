import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Who leads, in files: `leader-<generation>.json`, and the highest generation counts. A claim is made by linking a finished file to
 * the next number, which only one contender can; the highest one is never removed, only outnumbered once its socket is
 * dead. So nobody ever deletes a file that a moment ago became somebody's valid claim, the race of every stale-lock scheme.
 */
export interface Claim {
  readonly generation: number;
  readonly socketPath: string;
  /** 256 bits in hex; whoever can read this file (0600, in a 0700 folder) is the same person. */
  readonly token: string;
}

const fileOf = (folder: string, generation: number): string =>
  path.join(folder, `leader-${generation}.json`);

async function generations(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir(folder)) {
    const digits = /^leader-(\d{1,15})\.json$/.exec(entry)?.[1];
    if (digits !== undefined) found.push(Number(digits));
  }
  return found;
}

/** 0 when nobody has ever claimed. */
export const highestGeneration = async (folder: string): Promise<number> =>
  Math.max(0, ...(await generations(folder)));

/** Undefined: gone or unreadable, thus a claim of nobody. */
export async function readClaim(folder: string, generation: number): Promise<Claim | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(fileOf(folder, generation), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { socketPath, token } = value as Partial<Claim>;
    if (typeof socketPath !== 'string' || typeof token !== 'string') return undefined;
    return { generation, socketPath, token };
  } catch {
    return undefined;
  }
}

/**
 * Claims the generation of `claim`; its socket must be listening already, because a dead socket is what marks a dead claim.
 * False when somebody else has it, or a higher one.
 */
export async function makeClaim(folder: string, claim: Claim): Promise<boolean> {
  const temporary = path.join(folder, `claim-${randomBytes(6).toString('hex')}.tmp`);
  await writeFile(temporary, JSON.stringify(claim), { flag: 'wx', mode: 0o600 });
  try {
    await link(temporary, fileOf(folder, claim.generation));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  // A slow contender may claim a number below one that was given out in the meantime, whose holder then leads.
  if ((await highestGeneration(folder)) === claim.generation) return true;
  await rm(fileOf(folder, claim.generation), { force: true });
  return false;
}

/** Removes what earlier leaders left; only the holder of the highest generation may call it. */
export async function removeOlderClaims(folder: string, generation: number): Promise<void> {
  for (const older of await generations(folder)) {
    if (older >= generation) continue;
    const claim = await readClaim(folder, older);
    await rm(fileOf(folder, older), { force: true }).catch(() => undefined);
    // Sockets of ours only: the path comes from a file that only this person can write, still it is checked.
    if (claim !== undefined && /[\\/]prodlens-[\da-f]{12}\.sock$/.test(claim.socketPath))
      await rm(claim.socketPath, { force: true }).catch(() => undefined);
  }
}
