/** `npm audit --omit=dev` where the registry answers; where it doesn't, that is said and no failure. */
import { run } from './harness/steps.mjs';

const { output } = await run('npm', ['audit', '--omit=dev', '--json', '--loglevel=silent'], {
  allowFailure: true,
  timeoutMs: 60_000,
});
const report = parse(output);
const vulnerabilities = report?.metadata?.vulnerabilities;
if (vulnerabilities === undefined) {
  console.log('npm audit: the registry doesn’t answer audits from here, so nothing was checked');
} else {
  console.log(`npm audit: ${vulnerabilities.total} known vulnerabilities in what is shipped`);
  for (const [name, { severity, range }] of Object.entries(report.vulnerabilities ?? {})) {
    console.log(`  ${name} ${range}: ${severity}`);
  }
  process.exitCode = vulnerabilities.total > 0 ? 1 : 0;
}

/** npm may print warnings before the JSON. */
function parse(text) {
  try {
    return JSON.parse(text.slice(text.indexOf('{')));
  } catch {
    return undefined;
  }
}
