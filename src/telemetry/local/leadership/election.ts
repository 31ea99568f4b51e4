import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Failure, Result } from '../../../domain/result.ts';
import { fail, ok } from '../../../domain/result.ts';
import type { Remote } from '../../../rpc/contract.ts';
import type { Claim } from './claims.ts';
import { highestGeneration, makeClaim, readClaim, removeOlderClaims } from './claims.ts';
import type { SharedContract } from './contract.ts';
import { joinLeader } from './joining.ts';
import { newSocketPath } from './socketPath.ts';
import type { WindowsOptions } from './windows.ts';
import { Windows } from './windows.ts';

/** What became of this window. As leader it admits the others once it can answer. */
export type Elected =
  | { readonly role: 'lead'; readonly claim: Claim; readonly windows: Windows }
  | { readonly role: 'follow'; readonly remote: Remote<SharedContract> };

export interface ElectionOptions {
  /** 0700, shared by all windows of this person and this editor. */
  readonly folder: string;
  readonly welcome: WindowsOptions['welcome'];
  readonly outdated: WindowsOptions['outdated'];
  readonly version?: number;
}

const maxRounds = 40;
const pause = 50;

const silent: Failure = {
  reason: 'timeout',
  message: 'another window leads the local receiver and does not answer',
  remedy: 'reload the other windows of this editor',
};
const weAreOlder: Failure = {
  reason: 'unsupported',
  message: 'another window runs a newer version of Prodlens',
  remedy: 'reload this window',
};
const theyAreOlder: Failure = {
  reason: 'unsupported',
  message: 'another window leads the local receiver with an older version of Prodlens',
  remedy: 'reload that window',
};

/** Follows the leader if one is alive, else becomes it. Rejects only when the folder can't be used. */
export async function elect(
  options: ElectionOptions,
  signal: AbortSignal,
): Promise<Result<Elected>> {
  const { folder, version } = options;
  for (let round = 0; round < maxRounds; round++) {
    if (signal.aborted) return fail('aborted', 'stopped while starting');
    if (round > 0) await delay(pause);
    const highest = await highestGeneration(folder);
    const claim = await readClaim(folder, highest);
    if (claim !== undefined) {
      const joined = await joinLeader(claim, signal, version);
      if (joined.outcome === 'joined') return ok({ role: 'follow', remote: joined.remote });
      if (joined.outcome === 'weAreOlder') return { ok: false, failure: weAreOlder };
      if (joined.outcome === 'theyAreOlder') return { ok: false, failure: theyAreOlder };
      if (joined.outcome === 'silent') return { ok: false, failure: silent };
      if (joined.outcome === 'gone') continue;
    }
    const claimed = await claimNext(options, highest + 1);
    if (!claimed.ok || claimed.value !== undefined) return claimed as Result<Elected>;
  }
  return { ok: false, failure: silent };
}

/** Undefined when another window was faster. */
async function claimNext(
  options: ElectionOptions,
  generation: number,
): Promise<Result<Elected | undefined>> {
  const socketPath = await newSocketPath(options.folder);
  if (!socketPath.ok) return socketPath;
  const token = randomBytes(32).toString('hex');
  const windows = await Windows.listen({ ...options, socketPath: socketPath.value, token });
  const claim: Claim = { generation, socketPath: socketPath.value, token };
  let mine = false;
  try {
    mine = await makeClaim(options.folder, claim);
    if (mine) await removeOlderClaims(options.folder, generation);
  } finally {
    if (!mine) await windows.close();
  }
  return ok(mine ? { role: 'lead', claim, windows } : undefined);
}
