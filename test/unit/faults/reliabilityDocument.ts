import { faults } from './faults.ts';
import { runMatrix } from './matrix.ts';
import type { Matrix, NumbersCell, TracesCell } from './matrix.ts';
import { realRows, type RealRow } from './realFaults.ts';

const intro = `# What a failing backend leads to

Written by \`node scripts/reliability-doc.mjs\` from what the tests see (test/unit/faults, test/backends/faults.json); a test compares. Every adapter of the registries meets
every fault: a server on 127.0.0.1 fails in front of answers that were recorded from the real servers. The window is the product's own but
for VS Code. In all rows:

- nothing is sent to another origin, and no message, log or report holds the credentials that the test plants;
- numbers that were there stay, marked with their age; without earlier ones there is no text beside the function, and its state is
  \`unreachable\`;
- within one refresh after the end of the fault all is as before.
`;

const headOfNumbers = `## Numbers

What is asked is counted over ten minutes of the fault, with a file in sight the whole time; a backend that works is asked about 20 times.

| fault | of | status bar | beside the function, a minute later | requests in ten minutes |
| --- | --- | --- | --- | --- |`;

const headOfSamples = `## Numbers from a sample of traces

Where a backend of traces is all that an environment has. The recorded backend keeps one trace, which grows old. Counted as above.

| fault | of | status bar | beside the function, a minute later | requests in ten minutes |
| --- | --- | --- | --- | --- |`;

const headOfTraces = `## Traces

Asked for when a person asks. Requests are those of a search and of looking one trace up.

| fault | of | message, or what is found | requests |
| --- | --- | --- | --- |`;

const headOfReal = `## At the real servers

What \`npm run test:backends -- faults\` sees: servers, exporters and collectors that end and come back. A test compares these rows with each run; ports,
ages and rates are left out of them. Numbers are asked for every two seconds there. No row has a call counted twice.

| fault | of | status bar | beside the function | requests meanwhile | afterwards |
| --- | --- | --- | --- | --- | --- |`;

export const writeReliability = async (): Promise<string> =>
  renderReliability(await runMatrix(), realRows());

export function renderReliability(
  { numbers, samples, traces }: Matrix,
  real: readonly RealRow[],
): string {
  return [
    intro,
    headOfNumbers,
    ...faults.flatMap((fault) =>
      grouped(
        numbers.filter((cell) => cell.fault === fault),
        numbersCells,
      ).map((cells) => row(fault.title, cells)),
    ),
    '',
    headOfSamples,
    ...faults.flatMap((fault) =>
      grouped(
        samples.filter((cell) => cell.fault === fault),
        numbersCells,
      ).map((cells) => row(fault.title, cells)),
    ),
    '',
    headOfTraces,
    ...faults.flatMap((fault) =>
      grouped(
        traces.filter((cell) => cell.fault === fault),
        tracesCells,
      ).map((cells) => row(fault.title, cells)),
    ),
    '',
    headOfReal,
    ...real.map(({ fault, of, status, beside, requests, after }) =>
      row(fault, [of, status, beside, requests, after]),
    ),
    '',
  ].join('\n');
}

const numbersCells = ({ first, after, requests }: NumbersCell): readonly string[] => [
  after.health === 'unreachable' || withoutPorts(first.detail) === withoutPorts(after.detail)
    ? `${symbolOf(after.status)} ${after.detail}`
    : `from the first contact on: ${symbolOf(first.status)} ${first.detail} Later: ${symbolOf(after.status)} ${after.detail}`,
  after.annotation === '' ? '—' : `\`${after.annotation}\``,
  `at most ${roundedUp(requests)}`,
];

const tracesCells = ({ during, requests }: TracesCell): readonly string[] => [
  during.search.text === during.lookup.text
    ? during.search.text
    : `search: ${during.search.text}; look-up: ${during.lookup.text}`,
  `at most ${roundedUp(requests)}`,
];

/** Backends to which the same happens share a row. */
function grouped<T extends NumbersCell | TracesCell>(
  cells: readonly T[],
  render: (cell: T) => readonly string[],
): readonly (readonly string[])[] {
  const groups = new Map<string, { of: string[]; rendered: readonly string[] }>();
  for (const cell of cells) {
    const rendered = render(cell).map(withoutPorts);
    const key = JSON.stringify(rendered);
    const group = groups.get(key) ?? { of: [], rendered };
    groups.set(key, group);
    group.of.push(cell.backend.title);
  }
  return [...groups.values()].map(({ of, rendered }) => [of.join(', '), ...rendered]);
}

const symbolOf = (status: string): string =>
  status.startsWith('$(error)') ? '✗' : status.startsWith('$(warning)') ? '⚠' : '✓';

/** A request that is asked again over a new connection doesn't make another document. */
const roundedUp = (requests: number): number => Math.ceil((requests + 1) / 5) * 5;

const withoutPorts = (text: string): string => text.replace(/(\.test):\d+/g, '$1');

const row = (title: string, cells: readonly string[]): string =>
  `| ${[title, ...cells].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
