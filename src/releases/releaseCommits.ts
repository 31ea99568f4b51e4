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
  }

  forgetMissing(): void {
    for (const [key, { at }] of this.#commits) if (at !== forever) this.#commits.delete(key);
  }

  learn(repository: Repository, wanted: VersionToCommit, found: ReleaseCommit): void {
    this.#keep(keyOf(repository, wanted), { at: forever, found: Promise.resolve(found) });
  }

  commitOf(repository: Repository, wanted: VersionToCommit): Promise<ReleaseCommit | undefined> {
    const key = keyOf(repository, wanted);
    const known = this.#commits.get(key);
    const now = this.#options.now();
    if (known !== undefined && now - known.at < tryAgainAfter) return known.found;
    const found = resolveCommit(repository, wanted);
    this.#keep(key, { at: now, found });
    void found.then((commit) => {
      // A version's commit doesn't change.
      if (commit !== undefined) this.#keep(key, { at: forever, found });
    });
    return found;
  }

  #keep(key: string, kept: Kept): void {
    this.#commits.delete(key);
    this.#commits.set(key, kept);
    for (const oldest of this.#commits.keys()) {
      if (this.#commits.size <= mostKept) break;
      this.#commits.delete(oldest);
    }
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
