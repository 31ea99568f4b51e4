import { sentence, type Failure } from '../domain/result.ts';
import type { FunctionNumbers } from '../domain/stats.ts';

/** Pauses after failures: the first retry comes soon, the last ones once a minute, so that recovery shows within one refresh. */
const pauses = [5_000, 15_000, 30_000, 60_000];

/** Keeps a connection that fails from being asked again and again. */
export class FailurePause {
  #failures = 0;
  #until = 0;
  #last: Failure | undefined;

  /** The failure that is still in force, if any. */
  at(now: number): Failure | undefined {
    return now < this.#until ? this.#last : undefined;
  }

  /** @param waitUntil until when the server asked to be left alone, Unix milliseconds */
  failed(failure: Failure, now: number, waitUntil: number): void {
    const pause = pauses[Math.min(this.#failures, pauses.length - 1)] ?? 0;
    this.#failures += 1;
    this.#last = failure;
    this.#until = Math.max(now + pause, Math.min(waitUntil, now + 600_000));
  }

  succeeded(): void {
    this.#failures = 0;
    this.#until = 0;
    this.#last = undefined;
  }

  forget(): void {
    this.#until = 0;
  }
}

/** Whether a failure says something of one question alone; others are of the connection, and any question would fail. */
export const isOfOneQuestion = ({ reason }: Failure): boolean =>
  reason === 'invalid' || reason === 'tooLarge' || reason === 'unsupported';

/** A failure of one service's own questions: others are answered meanwhile, and it isn't asked for again at once. */
export class ServiceFailure {
  #last: Failure | undefined;
  #window = 0;
  #until = 0;

  /** @param window a shorter one than what failed may do, milliseconds */
  at(now: number, window = Infinity): Failure | undefined {
    return now < this.#until && window >= this.#window ? this.#last : undefined;
  }

  note(failure: Failure, window: number, until: number): void {
    this.#last = failure;
    this.#window = window;
    this.#until = until;
  }

  forget(): void {
    this.#until = 0;
  }
}

/** What is told of a function whose service alone fails. */
export const problemOf = (
  failure: Failure,
): Pick<FunctionNumbers, 'serviceAlive'> &
  Required<Pick<FunctionNumbers, 'problem' | 'failed'>> => ({
  serviceAlive: true,
  problem: sentence(failure),
  failed: true,
});
