import type { Insight, StackErrors } from '../../domain/insight.ts';
import type { ReleaseNumbers } from '../../domain/stats.ts';
import * as text from './numberText.ts';
import { renderVersion } from './releaseText.ts';
import { renderUntrustedMarkdown as md } from './untrusted.ts';

export const none = '–';
const mostReleases = 5;

/** VS Code sets cells without room between them, and would break a number from its unit where the card gets narrow. */
export const tableRow = ([first = '', ...rest]: readonly string[]): string => {
  const cells = rest.map((cell) => (/\d/.test(cell) ? cell.replaceAll(' ', '\u00a0') : cell));
  return `| ${[first, ...cells.map((cell) => `&ensp;${cell}`)].join(' | ')} |`;
};

/** What errors of a function without spans mean, what they can't say, and how many there were of each release. */
export function renderStackErrors(
  { numbers }: Insight,
  errors: StackErrors,
  nameOf: (release: ReleaseNumbers) => string,
): string {
  const least = numbers?.total?.lowerBound === true ? '≥ ' : '';
  const cell = (count: number): string => (count === 0 ? none : least + text.renderCount(count));
  const rows = errors.releases.slice(0, mostReleases).map(({ version, thrown, passing }) => {
    const release = numbers?.releases.find((r) => r.version === version);
    const name = release === undefined ? md(renderVersion(version)) : nameOf(release);
    return tableRow([name, cell(thrown), cell(passing)]);
  });
  return [
    'No span names this function: these are the exceptions of failed calls whose stack it is in. How often it was called is not known.',
    '',
    tableRow(['release', 'thrown here', 'passed through']),
    '| :-- | --: | --: |',
    ...rows,
  ].join('\n');
}
