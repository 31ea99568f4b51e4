import type { Confidence } from '../../domain/attribution.ts';

/** A deployment as a forge keeps it. */
export interface Deployment {
  readonly id: number;
  /** Full hash. */
  readonly commit: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Ref, description and what its payload holds; hostile text. */
  readonly names: readonly string[];
}

/** A release that neither its version nor its telemetry gives a commit. */
export interface UnknownRelease {
  readonly version: string;
  /** Unix milliseconds; only where its beginning was seen. */
  readonly began?: number;
}

export interface DeployedCommit {
  readonly commit: string;
  readonly confidence: Confidence;
  /** How it follows, for the explanation. */
  readonly how: string;
}

/** From the order to deploy to the first call of what was deployed, at most. */
const longestRollout = 30 * 60_000;
/** Clocks differ. */
const skew = 2 * 60_000;
/** A short number is in many texts. */
const shortestWord = 5;

/** Deployments that may be the release's by their time. */
export const nearInTime = (
  { began }: UnknownRelease,
  deployments: readonly Deployment[],
): readonly Deployment[] =>
  began === undefined
    ? []
    : deployments.filter(
        ({ createdAt }) => createdAt >= began - longestRollout && createdAt <= began + skew,
      );

/** The commit of the deployments that name the version, if it is one. */
export function byName(
  { version }: UnknownRelease,
  deployments: readonly Deployment[],
): DeployedCommit | undefined {
  if (!/\d/.test(version)) return undefined;
  const wanted = bare(version);
  const naming = deployments.filter(({ names }) => names.some((text) => says(text, wanted)));
  const commit = onlyCommit(naming);
  return commit === undefined
    ? undefined
    : { commit, confidence: 'strong', how: 'a deployment of the forge names the version' };
}

/**
 * The commit of what was deployed just before the release's first call, if it is one. A guess: whoever uses it says so.
 *
 * @param succeeded of `nearInTime`, those that didn't fail
 */
export function byTime(
  { began }: UnknownRelease,
  succeeded: readonly Deployment[],
): DeployedCommit | undefined {
  const commit = began === undefined ? undefined : onlyCommit(succeeded);
  if (commit === undefined) return undefined;
  const how = 'it was deployed just before the release’s first call';
  return { commit, confidence: 'weak', how };
}

function onlyCommit(deployments: readonly Deployment[]): string | undefined {
  const commits = new Set(deployments.map(({ commit }) => commit));
  return commits.size === 1 ? deployments[0]?.commit : undefined;
}

const bare = (name: string): string =>
  name
    .replace(/^refs\/tags\//, '')
    .replace(/^v(?=\d)/, '')
    .toLowerCase();

function says(text: string, wanted: string): boolean {
  if (bare(text) === wanted) return true;
  if (wanted.length < shortestWord) return false;
  const lower = text.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1))
    if (
      !isPart(lower[at - 1], lower[at - 2]) &&
      !isPart(lower[at + wanted.length], lower[at + wanted.length + 1])
    )
      return true;
  return false;
}

/** Whether a neighbour belongs to the same word: `1.2` is not named in `1.2.3`, but at the end of a sentence. */
const isPart = (next: string | undefined, after: string | undefined): boolean =>
  next !== undefined &&
  (/[a-z0-9]/.test(next)
    ? next !== 'v' || /[a-z0-9]/.test(after ?? '')
    : /[.+_-]/.test(next) && /[a-z0-9]/.test(after ?? ''));
