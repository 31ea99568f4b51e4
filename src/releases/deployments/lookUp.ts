import { fail, ok } from '../../domain/result.ts';
import { createExchange } from '../../http/exchange.ts';
import { wantedOf } from '../isItLive.ts';
import type { LookUpDeployments } from '../ports.ts';
import { fetchDeployedCommits } from './githubDeployments.ts';

/** Milliseconds. */
const longest = 15_000;
const largest = 4 * 1024 * 1024;

export const lookUpDeployments: LookUpDeployments = async (
  access,
  { forge, repository, rule },
  commits,
  releases,
  signal,
) => {
  const exchange = createExchange({ timeout: longest, maxBytes: largest });
  const answer = await fetchDeployedCommits(exchange, access, forge, releases, signal);
  if (!answer.ok) return answer;
  let [kept, elsewhere] = [0, 0];
  for (const release of releases) {
    const found = answer.value.get(release.version);
    if (found === undefined) continue;
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
