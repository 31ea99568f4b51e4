import type { FunctionNumbers, ReleaseNumbers } from '../../domain/stats.ts';
import { renderRatio } from './numberText.ts';
import { renderUntrusted } from './untrusted.ts';

/** `v2.3.1` for versions that are numbers, a commit shortened, anything else as it is; plain text. */
export function renderVersion(version: string): string {
  if (version === '') return 'unknown release';
  if (/^[0-9a-f]{40}$/i.test(version)) return version.slice(0, 7);
  return `${/^\d+\.\d/.test(version) ? 'v' : ''}${renderUntrusted(version, 40)}`;
}

/** Running releases, the one with the largest share first. */
export const runningReleases = (numbers: FunctionNumbers | undefined): readonly ReleaseNumbers[] =>
  (numbers?.releases ?? [])
    .filter((release) => release.running)
    .sort((a, b) => (b.share ?? -1) - (a.share ?? -1));

/** `v2.3.1`, or `v2.3.1 90 % v2.4.0 10 %`; '' where none runs. */
export function renderReleases(numbers: FunctionNumbers | undefined): string {
  const running = runningReleases(numbers);
  const [only] = running;
  if (running.length === 1 && only !== undefined) return renderVersion(only.version);
  const shown = running
    .slice(0, 3)
    .map(({ version, share }) =>
      share === undefined
        ? renderVersion(version)
        : `${renderVersion(version)} ${renderRatio(share)}`,
    );
  const more = running.length - shown.length;
  return [...shown, ...(more > 0 ? [`+${more}`] : [])].join(' ');
}
