/**
 * Runs inside the extension host: VS Code calls `run` of the module that extensionTestsPath names. Every result goes, as it is
 * known, as one line of JSON to the file that PRODLENS_TEST_RESULTS names, so that a crash halfway leaves true counts behind.
 */
import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import Mocha from 'mocha';

/** One line of the results file. */
export type TestEvent =
  | { readonly event: 'passed'; readonly title: string; readonly milliseconds: number }
  | { readonly event: 'failed'; readonly title: string; readonly error: string }
  | { readonly event: 'skipped'; readonly title: string }
  | { readonly event: 'end' };

/** @throws Error naming how many tests failed; VS Code then ends with a failure. */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const report = writerTo(process.env['PRODLENS_TEST_RESULTS']);
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter: silent });
  for (const file of testFiles(path.join(import.meta.dirname, '..', 'vscode'))) mocha.addFile(file);
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) =>
      report({ event: 'passed', title: test.fullTitle(), milliseconds: test.duration ?? 0 }),
    );
    runner.on('fail', (test, error: Error) =>
      report({ event: 'failed', title: test.fullTitle(), error: error.stack ?? error.message }),
    );
    runner.on('pending', (test) => report({ event: 'skipped', title: test.fullTitle() }));
  });
  report({ event: 'end' });
  if (failures > 0) throw new Error(`${failures} tests failed`);
}

function writerTo(file: string | undefined): (event: TestEvent) => void {
  if (file === undefined) return () => undefined;
  return (event) => appendFileSync(file, `${JSON.stringify(event)}\n`);
}

function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.vscode.test.js'))
    .sort()
    .map((name) => path.join(folder, name));
}

/** The results file is the report; whatever the extension host prints is lost in a log. */
class silent extends Mocha.reporters.Base {}
