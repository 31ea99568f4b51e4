/** What all suites of one run counted: written also when the run is ended before they are over, as a stage of .ci/run is when its time is up. */
import { startResults, writeResults } from '../testResults.mjs';

export class Tally {
  counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  #name;
  #planned = 0;
  #ended = 0;
  #underWay = new Set();

  /** @param {string} name of the runner */
  constructor(name) {
    this.#name = name;
    startResults(name);
    process.once('SIGTERM', () => {
      this.#end();
      process.exit(143);
    });
  }

  /** @param {number} count of pieces of work that are still to come */
  plan(count) {
    this.#planned += count;
  }

  /**
   * A piece of work of what was planned.
   *
   * @param {string} title
   * @param {() => Promise<Partial<import('../testResults.mjs').Counts> | undefined>} work
   */
  async during(title, work) {
    this.#underWay.add(title);
    const { passed = 0, failed = 0, skipped = 0, failures = [] } = (await work()) ?? {};
    this.#underWay.delete(title);
    this.#ended += 1;
    this.counts.passed += passed;
    this.counts.failed += failed;
    this.counts.skipped += skipped;
    this.counts.failures.push(...failures);
  }

  /** @param {string} text of a failure that no suite counted */
  failWith(text) {
    console.error(text);
    this.counts.failed += 1;
    this.counts.failures.push(text);
  }

  write() {
    writeResults(this.#name, this.counts);
  }

  #end() {
    const left = this.#planned - this.#ended - this.#underWay.size;
    this.failWith(
      `ended before it was over: ${this.#ended} done, ${left} not begun, under way: ${[...this.#underWay].join(', ') || 'nothing'}`,
    );
    this.write();
  }
}
