import type { Confidence } from '../../domain/attribution.ts';
import { bare, namesVersion, namesVersionInPassing, namesService } from './naming.ts';

/** A deployment as a forge keeps it; its texts are hostile. */
export interface Deployment {
  readonly id: number;
  /** Full hash. */
  readonly commit: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Branch, tag or hash that was deployed. */
  readonly ref: string;
  /** What its payload gives as version, tag, image or build. */
  readonly versions: readonly string[];
  /** What its payload gives as service, application or component. */
  readonly services: readonly string[];
  readonly environment: string;
  /** Its description and the other texts of its payload, but for what was there before. */
  readonly texts: readonly string[];
}

/** A release that neither its version nor its telemetry gives a commit. */
export interface UnknownRelease {
  /** Without namespace. */
  readonly service: string;
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

const ofOther = ({ services }: Deployment, service: string): boolean =>
  services.length > 0 && !services.some((name) => namesService(name, service));

/** Deployments that may be the release's by their time. */
export const nearInTime = (
  { service, began }: UnknownRelease,
  deployments: readonly Deployment[],
): readonly Deployment[] =>
  began === undefined
    ? []
    : deployments.filter(
        (one) =>
          one.createdAt >= began - longestRollout &&
          one.createdAt <= began + skew &&
          !ofOther(one, service),
      );

/** Deployments that name a release's version in one way. */
export interface Naming {
  readonly deployments: readonly Deployment[];
  readonly confidence: 'strong' | 'weak';
  readonly how: string;
}

/**
 * Deployments that name the version, the surest way first.
 *
 * @param shared other services have a release of the same name: a deployment that doesn't name the service may be theirs
 */
export function namingsOf(
  { service, version }: UnknownRelease,
  deployments: readonly Deployment[],
  shared: boolean,
): readonly Naming[] {
  if (!/\d/.test(version)) return [];
  const long = bare(version).length >= shortestWord;
  const own = deployments.filter((one) => !ofOther(one, service));
  const naming = own.filter((one) => namesVersion(one, service, version));
  const both = naming.filter(
    (one) =>
      [...one.services, one.environment].some((name) => namesService(name, service)) ||
      namesVersion({ ref: one.ref, versions: one.versions }, service, version, 'with the service'),
  );
  const passing = long
    ? own.filter(({ texts }) => texts.some((text) => namesVersionInPassing(text, version)))
    : [];
  return [
    {
      deployments: both,
      confidence: long ? 'strong' : 'weak',
      how: 'a deployment of the forge names the service and the version',
    },
    {
      deployments: naming,
      confidence: long && !shared ? 'strong' : 'weak',
      how: 'a deployment of the forge names the version',
    },
    {
      deployments: passing,
      confidence: 'weak',
      how: 'a deployment of the forge mentions the version',
    },
  ];
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

export function onlyCommit(deployments: readonly Deployment[]): string | undefined {
  const commits = new Set(deployments.map(({ commit }) => commit));
  return commits.size === 1 ? deployments[0]?.commit : undefined;
}
