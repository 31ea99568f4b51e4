import type { UnixMillis } from '../../domain/units.ts';
import { unixMillis } from '../../domain/units.ts';

/** Time as the receiver sees it; tests bring their own. */
export interface ReceiverClock {
  now(): UnixMillis;
  every(milliseconds: number, run: () => void): { dispose(): void };
}

export const systemClock: ReceiverClock = {
  now: () => unixMillis(Date.now()),
  every: (milliseconds, run) => {
    const timer = setInterval(run, milliseconds);
    timer.unref();
    return {
      dispose: () => {
        clearInterval(timer);
      },
    };
  },
};
