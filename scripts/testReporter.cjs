/**
 * Mocha reporter: prints like Spec (or like Dot, option style=dot), names every skipped test, and writes the counts to the file
 * of option `counts`.
 */
'use strict';

const console = require('node:console');
const { writeFileSync } = require('node:fs');
const { reporters } = require('mocha');

class CountingReporter {
  constructor(runner, options) {
    const { counts: file, style } = options.reporterOptions ?? {};
    this.printer = new (style === 'dot' ? reporters.Dot : reporters.Spec)(runner, options);
    const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
    const skipped = [];
    runner.on('pass', () => (counts.passed += 1));
    runner.on('fail', (test, error) => {
      counts.failed += 1;
      counts.failures.push(`${test.fullTitle()}\n${error?.stack ?? error}`);
    });
    runner.on('pending', (test) => {
      counts.skipped += 1;
      skipped.push(test.fullTitle());
    });
    runner.once('end', () => {
      if (style === 'dot') for (const title of skipped) console.log(`  skipped: ${title}`);
      if (file) writeFileSync(file, `${JSON.stringify(counts)}\n`);
    });
  }
}

module.exports = CountingReporter;
