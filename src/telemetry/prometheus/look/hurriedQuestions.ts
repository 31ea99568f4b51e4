import { askedEvery, type LookSubject } from './lookQuestions.ts';

/** What somebody waits for: a service that isn't there, or routes of one whose calls have none. */
export type Awaited = 'service' | 'route';

/** A service may begin with a metric that the backend didn't have; labels of new metrics are asked for by themselves. */
const subjects: Readonly<Record<Awaited, readonly LookSubject[]>> = {
  service: ['metrics', 'calls'],
  route: ['labels'],
};

const soonest = 2 * 60_000;
/** What still isn't there after a while is asked for in times that grow with it. */
export const patience = 4;
/** Who waits says so with each refresh, and begins anew after a while. */
const saidEvery = 60_000;
const forgottenAfter = 5 * 60_000;

/** Questions of a look that can't wait, because somebody does. */
export class HurriedQuestions {
  readonly #waiting = new Map<string, { what: Awaited; since: number; at: number }>();

  /** @param who a file in sight, for example. @param now Unix milliseconds */
  wait(who: string, what: Awaited, now: number): void {
    const name = JSON.stringify([what, who]);
    const before = this.#waiting.get(name);
    const since = before !== undefined && now - before.at <= forgottenAfter ? before.since : now;
    this.#waiting.set(name, { what, since, at: now });
  }

  /** How often what is waited for is asked for, milliseconds; what is asked for as often anyway isn't among it. */
  every(now: number): Readonly<Partial<Record<LookSubject, number>>> {
    const sooner: Partial<Record<LookSubject, number>> = {};
    for (const [name, { what, since, at }] of [...this.#waiting]) {
      if (now - at > forgottenAfter) this.#waiting.delete(name);
      if (now - at > saidEvery) continue;
      const every = Math.max(soonest, (now - since) / patience);
      for (const subject of subjects[what])
        if (every < (sooner[subject] ?? askedEvery[subject])) sooner[subject] = every;
    }
    return sooner;
  }
}
