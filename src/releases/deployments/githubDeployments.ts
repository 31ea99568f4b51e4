import { fail, ok, type Result } from '../../domain/result.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import type { HttpExchange } from '../../http/exchange.ts';
import {
  byTime,
  namingsOf,
  nearInTime,
  onlyCommit,
  type DeployedCommit,
  type Deployment,
  type UnknownRelease,
} from './deployment.ts';
import { decodeDeployment, hasSucceeded } from './githubWire.ts';
import type { ForgeAccess, ForgeRepository } from '../ports.ts';

/** Newest first, and no more pages: what runs was deployed lately. */
const perPage = 100;
/** So many deployments in half an hour are a queue that no moment tells apart; so many of one name, no release's. */
const mostAlike = 10;
/** Of one look-up: what they don't suffice for stays unknown. */
const mostRequests = 30;

/**
 * Commits of releases by the deployments that GitHub keeps: one request and one more for each deployment whose name or time fits, 30 at
 * most. https://docs.github.com/en/rest/deployments/deployments
 *
 * @param isShared whether another service has a release of the same version
 */
export async function fetchDeployedCommits<Release extends UnknownRelease>(
  exchange: HttpExchange,
  { api, token }: ForgeAccess,
  { owner, name }: ForgeRepository,
  releases: readonly Release[],
  isShared: (release: Release) => boolean,
  signal: AbortSignal,
): Promise<Result<ReadonlyMap<Release, DeployedCommit>>> {
  const root = `${api}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/deployments`;
  let requests = 0;
  const ask = async (address: string): Promise<Result<readonly unknown[]>> => {
    requests += 1;
    const answer = await exchange.get(address, signal, {
      Accept: 'application/vnd.github+json',
      Authorization: `Bearer ${token}`,
      'X-GitHub-Api-Version': '2022-11-28',
    });
    const json = answer.ok ? jsonOf(answer.value) : answer;
    if (!json.ok) return json;
    return Array.isArray(json.value)
      ? ok(json.value as readonly unknown[])
      : fail('invalid', 'GitHub answers something that is no list.');
  };
  const listed = await ask(`${root}?per_page=${perPage}`);
  if (!listed.ok) return listed;
  const deployments = listed.value.flatMap(decodeDeployment);
  const ended = new Map<number, boolean | undefined>();
  /** Those that didn't fail; none where that can't be asked for all of them. */
  const succeeded = async (
    some: readonly Deployment[],
    unsaid: 'counts' | 'fails',
  ): Promise<Result<readonly Deployment[]>> => {
    const open = some.filter(({ id }) => !ended.has(id));
    if (some.length > mostAlike || requests + open.length > mostRequests) return ok([]);
    for (const { id } of open) {
      const statuses = await ask(`${root}/${id}/statuses?per_page=${perPage}`);
      if (!statuses.ok) return statuses;
      ended.set(id, hasSucceeded(statuses.value));
    }
    return ok(some.filter(({ id }) => ended.get(id) ?? unsaid === 'counts'));
  };
  const commitOf = async (release: Release): Promise<Result<DeployedCommit | undefined>> => {
    for (const naming of namingsOf(release, deployments, isShared(release))) {
      const running = await succeeded(naming.deployments, 'counts');
      if (!running.ok) return running;
      if (running.value.length === 0) continue;
      const { confidence, how } = naming;
      const commit = onlyCommit(running.value);
      if (commit !== undefined) return ok({ commit, confidence, how });
      break;
    }
    const near = await succeeded(nearInTime(release, deployments), 'fails');
    return near.ok ? ok(byTime(release, near.value)) : near;
  };
  const found = new Map<Release, DeployedCommit>();
  for (const release of releases) {
    const commit = await commitOf(release);
    if (!commit.ok) return commit;
    if (commit.value !== undefined) found.set(release, commit.value);
  }
  return ok(found);
}
