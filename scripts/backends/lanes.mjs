/** Work of many askers, so much of it at a time. */
export class Lanes {
  #lanes;
  #busy = 0;
  #waiting = [];

  /** @param {() => number} lanes at least one; asked whenever something begins or ends */
  constructor(lanes) {
    this.#lanes = lanes;
  }

  /**
   * In the order of being asked for.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>} what the work leads to
   */
  run(work) {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => work().then(resolve, reject));
      this.#begin();
    });
  }

  #begin() {
    // One goes on in any case: what is asked for comes to an end.
    while (this.#waiting.length > 0 && (this.#busy === 0 || this.#busy < this.#lanes())) {
      this.#busy += 1;
      const next = this.#waiting.shift();
      next().finally(() => {
        this.#busy -= 1;
        this.#begin();
      });
    }
  }
}
