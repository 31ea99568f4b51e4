import type { RunningRelease } from '../../domain/change.ts';
import { fail, ok } from '../../domain/result.ts';
import { createExchange } from '../../http/exchange.ts';
import { wantedOf } from '../isItLive.ts';
import type { LookUpDeployments, Repository } from '../ports.ts';
import { fetchDeployedCommits } from './githubDeployments.ts';

/** Milliseconds for one answer, and for all of them. */
const longest = 15_000;
const longestAltogether = 45_000;
const largest = 4 * 1024 * 1024;

export const lookUpDeployments: LookUpDeployments = async (
  access,
  { forge, repository, running, rule },
  commits,
  releases,
  signal,
) => {
  const exchange = createExchange({ timeout: longest, maxBytes: largest });
  const overdue = AbortSignal.timeout(longestAltogether);
  const isShared = await sharing(repository, running);
  const whole = AbortSignal.any([signal, overdue]);
  const answer = await fetchDeployedCommits(exchange, access, forge, releases, isShared, whole);
  if (!answer.ok)
    return overdue.aborted && !signal.aborted
      ? fail(
          'timeout',
          `${forge.host} took longer than ${longestAltogether / 1000} s to list its deployments.`,
          'Look them up again later.',
        )
      : answer;
  let [kept, elsewhere] = [0, 0];
  for (const [release, found] of answer.value) {
    // Full hashes of the forge's: what isn't here has to be fetched first.
    if ((await repository.commit(found.commit)) !== found.commit) {
      elsewhere += 1;
      continue;
    }
    commits.learn(repository, wantedOf(release, rule), found);
    kept += 1;
  }
  return kept === 0 && elsewhere > 0
    ? fail(
        'notFound',
        'What was deployed isn’t in this repository.',
        'Fetch from the remote first.',
      )
    : ok(kept);
};

/** Whether another service runs the same version, or the repository tags it for another one (`web-1.0.0`, `web@1.0.0`, `web/v1.0.0`). */
async function sharing(
  repository: Repository,
  running: readonly RunningRelease[],
): Promise<(release: RunningRelease) => boolean> {
  const tags = ((await repository.run('tag', '--list')) ?? '').split('\n');
  return ({ service, version }) => {
    const number = version.replace(/^v(?=\d)/, '');
    const isOther = (tag: string): boolean => {
      const at = tag.length - number.length;
      if (at <= 0 || !tag.endsWith(number)) return false;
      const named = /^(.+)[-@/_]v?$/.exec(tag.slice(0, at))?.[1]?.toLowerCase();
      return (
        named !== undefined &&
        named !== service.toLowerCase() &&
        !['release', 'rel', 'version'].includes(named)
      );
    };
    return (
      running.some((other) => other.service !== service && other.version === version) ||
      tags.some(isOther)
    );
  };
}
