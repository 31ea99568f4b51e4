import * as v from 'valibot';
import { fail, ok, type Result } from '../../domain/result.ts';
import { jsonOf } from '../../http/answerFailure.ts';
import type { HttpExchange } from '../../http/exchange.ts';
import {
  byName,
  byTime,
  nearInTime,
  type DeployedCommit,
  type Deployment,
  type UnknownRelease,
} from './deployment.ts';
import type { ForgeAccess, ForgeRepository } from '../ports.ts';

/** Newest first, and no more pages: what runs was deployed lately. */
const perPage = 100;
/** So many deployments in half an hour are a queue that no moment tells apart. */
const mostNear = 10;

const deploymentSchema = v.object({
  id: v.number(),
  sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/)),
  created_at: v.string(),
  ref: v.nullish(v.string()),
  description: v.nullish(v.string()),
  payload: v.unknown(),
});
const statusSchema = v.object({ state: v.string() });

/**
 * Commits of releases by the deployments that GitHub keeps: at most one request and one more for each deployment whose time fits.
 * https://docs.github.com/en/rest/deployments/deployments
 */
export async function fetchDeployedCommits(
  exchange: HttpExchange,
  { api, token }: ForgeAccess,
  { owner, name }: ForgeRepository,
  releases: readonly UnknownRelease[],
  signal: AbortSignal,
): Promise<Result<ReadonlyMap<string, DeployedCommit>>> {
  const root = `${api}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}/deployments`;
  const ask = async (address: string): Promise<Result<readonly unknown[]>> => {
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
  const ended = new Map<number, boolean>();
  const found = new Map<string, DeployedCommit>();
  for (const release of releases) {
    const named = byName(release, deployments);
    const near = named === undefined ? nearInTime(release, deployments) : [];
    if (named !== undefined) found.set(release.version, named);
    if (near.length === 0 || near.length > mostNear) continue;
    for (const { id } of near) {
      if (ended.has(id)) continue;
      const statuses = await ask(`${root}/${id}/statuses?per_page=${perPage}`);
      if (!statuses.ok) return statuses;
      ended.set(id, statuses.value.some(isSuccess));
    }
    const timed = byTime(
      release,
      near.filter(({ id }) => ended.get(id) === true),
    );
    if (timed !== undefined) found.set(release.version, timed);
  }
  return ok(found);
}

function decodeDeployment(value: unknown): readonly Deployment[] {
  const read = v.safeParse(deploymentSchema, value);
  if (!read.success) return [];
  const { id, sha: commit, ref, description, payload } = read.output;
  const createdAt = Date.parse(read.output.created_at);
  if (Number.isNaN(createdAt)) return [];
  const names = [ref, description, ...textsOf(payload)].filter((text) => typeof text === 'string');
  return [{ id, commit, createdAt, names }];
}

/** A payload is whatever the deploying program gave: an object, or a text that may be JSON. */
function textsOf(payload: unknown): readonly string[] {
  if (typeof payload === 'string') return [payload.slice(0, 1_000)];
  if (typeof payload !== 'object' || payload === null) return [];
  return Object.values(payload)
    .slice(0, 50)
    .flatMap((one: unknown) =>
      typeof one === 'string' || typeof one === 'number' ? [String(one).slice(0, 200)] : [],
    );
}

function isSuccess(status: unknown): boolean {
  const read = v.safeParse(statusSchema, status);
  return read.success && read.output.state === 'success';
}
