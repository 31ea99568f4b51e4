import path from 'node:path';
import type { ReleaseSources, WantedRelease } from '../insights/contract.ts';
import type { CommitsOfReleases, ReleaseCommit, SourcesAtCommits } from '../releases/ports.ts';
import type { FileBaseline, IndexContract } from '../symbols/contract.ts';
import type { Disposable } from './disposables.ts';
import { Emitter } from './disposables.ts';
import type { Log } from './log.ts';
import type { SupervisedRemote } from './workerHost.ts';

export interface ReleaseSourcesOptions {
  readonly index: Pick<SupervisedRemote<IndexContract>, 'call' | 'on' | 'onStart'>;
  readonly commits: CommitsOfReleases;
  readonly sources: SourcesAtCommits;
  readonly now: () => number;
  readonly log: Log;
}

interface Followed {
  readonly wanted: string;
  readonly at: number;
  /** News of repositories until then. */
  readonly news: number;
  /** A release has no commit, or the file no text: worth another look. */
  open: boolean;
}

/** Asked at every refresh: what wasn't found is looked for again at most this often. */
const lookAgainAfter = 60_000;

/**
 * Follows the releases that run the files in sight: which commit each is, and what the file's source is there, for the index to compare.
 * In the background and from the local repository alone.
 */
export class RepositoryReleases implements ReleaseSources, Disposable {
  readonly #options: ReleaseSourcesOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #known = new Map<string, ReleaseCommit>();
  readonly #given = new Map<string, string>();
  readonly #changed = new Emitter<readonly string[]>();
  readonly #subscriptions: readonly Disposable[];
  #rule: string | undefined;
  #later: Promise<void> = Promise.resolve();
  #repositoryNews = 0;
  #disposed = false;

  constructor(options: ReleaseSourcesOptions) {
    this.#options = options;
    this.#subscriptions = [
      options.index.on('rules', ({ versionCommit }) => {
        if (versionCommit === this.#rule) return;
        this.#rule = versionCommit;
        this.forget();
      }),
      options.index.on('dropped', (paths) => {
        for (const file of paths) {
          this.#given.delete(file);
          this.#followed.delete(file);
        }
      }),
      // A new thread knows nothing of what the one before was given.
      options.index.onStart(() => {
        this.#given.clear();
        this.#followed.clear();
        return Promise.resolve();
      }),
    ];
  }

  /** prodlens.json's `versionCommit`. */
  get rule(): string | undefined {
    return this.#rule;
  }

  readonly onDidChange = (listener: (paths: readonly string[]) => void): Disposable =>
    this.#changed.on(listener);

  /** After the workspace was trusted, its folders or rules changed. */
  forget(): void {
    this.#options.commits.forget();
    this.#known.clear();
    this.#followed.clear();
  }

  /** A repository came or moved on: what wasn't found is looked for at once. */
  lookAgain(): void {
    this.#repositoryNews++;
    this.#options.commits.forgetMissing();
    const paths = [...this.#followed].filter(([, { open }]) => open).map(([path]) => path);
    if (paths.length > 0) this.#changed.fire(paths);
  }

  commitOf(file: string, release: WantedRelease): ReleaseCommit | undefined {
    return this.#known.get(keyOf(file, release));
  }

  want(file: string, releases: readonly WantedRelease[], names: readonly string[]): void {
    this.#want(file, releases, names, (follow) => follow());
  }

  /** One after the other: git is run for each. */
  wantText(file: string, releases: readonly WantedRelease[]): void {
    this.#want(file, releases, [], (follow) => (this.#later = this.#later.then(follow, follow)));
  }

  #want(
    file: string,
    releases: readonly WantedRelease[],
    names: readonly string[],
    when: (follow: () => Promise<void>) => Promise<void>,
  ): void {
    const inOrder = sorted(releases);
    const wanted = JSON.stringify([inOrder, names]);
    const followed = this.#followed.get(file);
    const now = this.#options.now();
    if (followed?.wanted === wanted && !(followed.open && this.#isWorthAnother(followed))) return;
    const next: Followed = { wanted, at: now, news: this.#repositoryNews, open: false };
    this.#followed.set(file, next);
    when(async () => {
      // Another question about the file came first: that one is answered.
      if (this.#followed.get(file) === next && !this.#disposed)
        await this.#follow(file, inOrder, names, next);
    })
      .then(() => {
        // The repository moved while it was read: the question is asked again.
        if (next.open && next.news !== this.#repositoryNews && !this.#disposed)
          this.#changed.fire([file]);
      })
      .catch((error: unknown) => {
        if (!this.#disposed) this.#options.log.debug(`releases of ${file}: ${String(error)}`);
      });
  }

  #isWorthAnother({ at, news }: Followed): boolean {
    return news !== this.#repositoryNews || this.#options.now() - at > lookAgainAfter;
  }

  async #follow(
    file: string,
    releases: readonly WantedRelease[],
    names: readonly string[],
    followed: Followed,
  ): Promise<void> {
    const repository = await this.#options.commits.repositoryOf(path.dirname(file));
    if (repository === undefined) {
      followed.open = true;
      await this.#give(file, []);
      return;
    }
    const commits = new Map<string, WantedRelease[]>();
    let news = false;
    for (const release of releases) {
      const found = await this.#options.commits.commitOf(repository, {
        version: release.version,
        service: release.service.slice(release.service.lastIndexOf('/') + 1),
        ...(release.commit === undefined ? {} : { commit: release.commit }),
        ...(this.#rule === undefined ? {} : { rule: this.#rule }),
      });
      // A guess marks no function, and follows no line.
      if (found === undefined || found.confidence === 'weak') {
        followed.open = true;
        continue;
      }
      commits.set(found.commit, [...(commits.get(found.commit) ?? []), release]);
      const key = keyOf(file, release);
      if (this.#known.get(key)?.commit !== found.commit) news = true;
      this.#known.set(key, found);
    }
    const baselines: FileBaseline[] = [];
    for (const [commit, of] of commits) {
      const text = await this.#options.sources.text(repository, commit, file);
      if (text === undefined) {
        followed.open = true;
        continue;
      }
      const elsewhere = await this.#options.sources.written(repository, commit, file, names);
      const made = of.map(({ service, version }) => ({ service, version }));
      baselines.push({ commit, text, elsewhere, releases: made });
    }
    if (this.#disposed) return;
    if (news) this.#changed.fire([file]);
    // Other releases or names were asked for meanwhile: theirs is the answer that the index gets.
    if (this.#followed.get(file) !== followed) return;
    await this.#give(file, baselines);
  }

  async #give(file: string, baselines: readonly FileBaseline[]): Promise<void> {
    const given = JSON.stringify(baselines.map((b) => [b.commit, b.elsewhere, b.releases]));
    if (this.#given.get(file) === given) return;
    this.#given.set(file, given);
    await this.#options.index.call('baselines', { path: file, baselines });
  }

  dispose(): void {
    this.#disposed = true;
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }
}

/** Whoever asks has them in the order in which they were seen, which changes. */
const sorted = (releases: readonly WantedRelease[]): readonly WantedRelease[] => {
  const keyed = releases.map(
    (release) => [`${release.service}\0${release.version}`, release] as const,
  );
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, release]) => release);
};

const keyOf = (file: string, { service, version }: WantedRelease): string =>
  `${path.dirname(file)}\0${service}\0${version}`;
