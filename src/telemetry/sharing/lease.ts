import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A lease ends by itself after that long, unless it is renewed: longer than any one request may take. */
const leaseMs = 40_000;
/** Without a sign of life for so long, whoever waits asks for itself: a lease has ended before that, and couldn't be taken over. */
const patience = 2 * leaseMs;
const pollMs = 40;

interface LeaseClock {
  /** Unix milliseconds, the same for all processes. */
  now(): number;
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

const systemClock: LeaseClock = {
  now: () => Date.now(),
  wait: (milliseconds, signal) =>
    delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
};

interface Held {
  readonly owner: string;
  readonly pid: number;
  /** Unix milliseconds. */
  readonly until: number;
}

/** The right to ask for what a file holds: one process at a time, those that wait find its answers there. */
export class Lease {
  readonly #file: string;
  readonly #owner = randomBytes(9).toString('hex');

  readonly #clock: LeaseClock;

  private constructor(file: string, clock: LeaseClock) {
    this.#file = file;
    this.#clock = clock;
  }

  /**
   * Waits for the lease as long as somebody alive holds and renews it, or one after the other gets it. A process that ended, or that didn't
   * renew it, loses it.
   *
   * @returns undefined when it isn't to be had: whoever asks then asks for itself
   */
  static async take(
    file: string,
    signal: AbortSignal,
    clock: LeaseClock = systemClock,
  ): Promise<Lease | undefined> {
    const lease = new Lease(file, clock);
    let seen = '';
    for (let end = clock.now() + patience; clock.now() < end && !signal.aborted;) {
      try {
        if (await lease.#write()) return lease;
        const held = await read(file);
        if (held === undefined || isOver(held, clock)) {
          await takeAway(file, held, clock);
          continue;
        }
        // A sign of life: without one, a file that can't be taken away would be waited for without end.
        const sign = `${held.owner} ${held.until}`;
        if (sign !== seen) end = clock.now() + patience;
        seen = sign;
        await clock.wait(pollMs, signal);
      } catch {
        // A folder that can't be written.
        return undefined;
      }
    }
    return undefined;
  }

  /** False when there is one. */
  async #write(): Promise<boolean> {
    let handle;
    try {
      handle = await open(this.#file, 'wx', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
    try {
      await handle.writeFile(this.#text());
    } finally {
      await handle.close();
    }
    return true;
  }

  /** Before each request: the work may take longer than a lease. */
  async renew(): Promise<void> {
    if (await this.#isMine()) await writeFile(this.#file, this.#text()).catch(() => undefined);
  }

  async release(): Promise<void> {
    if (await this.#isMine()) await rm(this.#file, { force: true }).catch(() => undefined);
  }

  async #isMine(): Promise<boolean> {
    return (await read(this.#file))?.owner === this.#owner;
  }

  #text(): string {
    const held: Held = { owner: this.#owner, pid: process.pid, until: this.#clock.now() + leaseMs };
    return JSON.stringify(held);
  }
}

/** Undefined: gone, or not (yet) one. */
async function read(file: string): Promise<Held | undefined> {
  try {
    const { owner, pid, until } = JSON.parse(await readFile(file, 'utf8')) as Partial<Held>;
    return typeof owner === 'string' && typeof pid === 'number' && typeof until === 'number'
      ? { owner, pid, until }
      : undefined;
  } catch {
    return undefined;
  }
}

function isOver({ pid, until }: Held, clock: LeaseClock): boolean {
  if (until < clock.now()) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/**
 * Removes a lease that is over. Only one of several contenders gets to rename it; should it have become another's meanwhile, that one
 * gets it back. At worst two ask for the same: the answers are written as a whole either way.
 */
async function takeAway(file: string, over: Held | undefined, clock: LeaseClock): Promise<void> {
  if (over === undefined) {
    // It is being written at this moment, or its writer was ended in the middle.
    await clock.wait(pollMs);
    if ((await read(file)) !== undefined) return;
  }
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const taken = await read(aside);
  if (taken !== undefined && taken.owner !== over?.owner && !isOver(taken, clock))
    await rename(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
}
