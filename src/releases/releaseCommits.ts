import type { CommitsOfReleases, ReleaseCommit, Repository } from './ports.ts';
import { revisionsOf, type VersionToCommit } from './versionCommit.ts';

export interface ReleaseCommitsOptions {
  readonly open: (folder: string) => Promise<Repository | undefined>;
  /** Milliseconds. */
  readonly now: () => number;
}

/** A version without a commit is tried again after this long: a fetch may have brought the tag. */
const tryAgainAfter = 60_000;
const mostKept = 2_000;
const forever = Number.MAX_SAFE_INTEGER;

interface Kept {
  readonly at: number;
  readonly found: Promise<ReleaseCommit | undefined>;
}

/** From versions to commits, per repository; what was found is kept as long as the window. */
export class ReleaseCommits implements CommitsOfReleases {
  readonly #options: ReleaseCommitsOptions;
  readonly #repositories = new Map<string, Promise<Repository | undefined>>();
  readonly #commits = new Map<string, Kept>();
  /** Weak findings of others: apart, so that they never stand before what the repository says later. */
  readonly #guesses = new Map<string, ReleaseCommit>();

  constructor(options: ReleaseCommitsOptions) {
    this.#options = options;
  }

  repositoryOf(folder: string): Promise<Repository | undefined> {
    const known = this.#repositories.get(folder);
    if (known !== undefined) return known;
    const opened = this.#options.open(folder);
    this.#repositories.set(folder, opened);
    // Git may not have been ready, or the repository is made later: who asks again is answered anew.
    void opened.then((repository) => {
      if (repository === undefined) this.#repositories.delete(folder);
    });
    return opened;
  }

  forget(): void {
    this.#repositories.clear();
    this.#commits.clear();
    this.#guesses.clear();
  }

  forgetMissing(): void {
    for (const [key, { at }] of this.#commits) if (at !== forever) this.#commits.delete(key);
  }

  learn(repository: Repository, wanted: VersionToCommit, found: ReleaseCommit): void {
    const key = keyOf(repository, wanted);
    if (found.confidence === 'weak') put(this.#guesses, key, found);
    else put(this.#commits, key, { at: forever, found: Promise.resolve(found) });
  }

  async commitOf(
    repository: Repository,
    wanted: VersionToCommit,
  ): Promise<ReleaseCommit | undefined> {
    const key = keyOf(repository, wanted);
    return (await this.#resolve(key, repository, wanted)) ?? this.#guesses.get(key);
  }

  #resolve(
    key: string,
    repository: Repository,
    wanted: VersionToCommit,
  ): Promise<ReleaseCommit | undefined> {
    const known = this.#commits.get(key);
    const now = this.#options.now();
    if (known !== undefined && now - known.at < tryAgainAfter) return known.found;
    const found = resolveCommit(repository, wanted);
    put(this.#commits, key, { at: now, found });
    void found.then((commit) => {
      // A version's commit doesn't change.
      if (commit !== undefined) put(this.#commits, key, { at: forever, found });
    });
    return found;
  }
}

function put<T>(kept: Map<string, T>, key: string, value: T): void {
  kept.delete(key);
  kept.set(key, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break;
    kept.delete(oldest);
  }
}

const keyOf = ({ root }: Repository, { version, service, commit, rule }: VersionToCommit): string =>
  JSON.stringify([root, version, service, commit, rule]);

async function resolveCommit(
  repository: Repository,
  wanted: VersionToCommit,
): Promise<ReleaseCommit | undefined> {
  for (const { revision, prefix, confidence, how } of revisionsOf(wanted)) {
    const commit = await repository.commit(revision);
    if (commit === undefined || (prefix !== undefined && !commit.startsWith(prefix))) continue;
    return { commit, confidence, how };
  }
  return undefined;
}
