import { setImmediate as nextTurn } from 'node:timers/promises';

/** Cuts long work into slices, so that questions to the thread are answered between them. */
export class Turns {
  private readonly sliceMs: number;
  private since = performance.now();

  constructor(sliceMs = 8) {
    this.sliceMs = sliceMs;
  }

  /** Waits for the others' turn once the slice is used up; undefined while it lasts. */
  next(): Promise<void> | undefined {
    if (performance.now() - this.since < this.sliceMs) return undefined;
    return nextTurn().then(() => {
      this.since = performance.now();
    });
  }

  /** Carries work out to its end, with turns for others between its steps. */
  async run<T>(steps: Generator<void, T>): Promise<T> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await this.next();
    }
  }
}

/** Carries work out at once. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
