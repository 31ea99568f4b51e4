import type { Confidence } from '../domain/attribution.ts';
import type { RunningRelease } from '../domain/change.ts';
import type { Result } from '../domain/result.ts';
import type { VersionToCommit } from './versionCommit.ts';

/** Runs git in a folder; its output, undefined when it failed, took too long or printed too much. */
export type RunGit = (...words: string[]) => Promise<string | undefined>;

/** A repository of the workspace. */
export interface Repository {
  /** Its top folder, absolute. */
  readonly root: string;
  readonly run: RunGit;
  /** Full hash of the commit that a revision names; undefined when there is none, or several. */
  commit(revision: string): Promise<string | undefined>;
}

/** The commit behind a release's version, and how it was found. */
export interface ReleaseCommit {
  /** Full hash. */
  readonly commit: string;
  readonly confidence: Confidence;
  readonly how: string;
}

/** From versions to commits. */
export interface CommitsOfReleases {
  /** The repository that a folder lies in; undefined: none, or git may not be run. */
  repositoryOf(folder: string): Promise<Repository | undefined>;
  commitOf(repository: Repository, wanted: VersionToCommit): Promise<ReleaseCommit | undefined>;
  /** Keeps what somebody else found out; a weak finding only for as long as the repository says nothing by itself. */
  learn(repository: Repository, wanted: VersionToCommit, found: ReleaseCommit): void;
  /** After the workspace was trusted or its folders changed. */
  forget(): void;
  /** Versions without a commit are looked for again when next asked for. */
  forgetMissing(): void;
}

/** Texts of files in commits. */
export interface SourcesAtCommits {
  /**
   * @param file absolute path today
   * @returns null: the commit has no such file; undefined: it can't be known
   */
  text(repository: Repository, commit: string, file: string): Promise<string | null | undefined>;
  /** Those of the names that are written as words in some file of the commit of the same language; all, if it can't be known. */
  written(
    repository: Repository,
    commit: string,
    file: string,
    names: readonly string[],
  ): Promise<readonly string[]>;
}

/** A repository of a forge, as a remote names it. */
export interface ForgeRepository {
  /** Lower case, without port. */
  readonly host: string;
  readonly owner: string;
  readonly name: string;
}

export interface ForgeAccess {
  /** Address of the REST interface, without a slash at its end. */
  readonly api: string;
  /** Goes to that address only. */
  readonly token: string;
}

/**
 * Asks a forge for the commits of releases, and keeps those that the repository has.
 *
 * @returns how many were found
 */
export type LookUpDeployments = (
  access: ForgeAccess,
  at: {
    readonly forge: ForgeRepository;
    readonly repository: Repository;
    /** Every running release, also of other services. */
    readonly running: readonly RunningRelease[];
    /** prodlens.json's `versionCommit`. */
    readonly rule?: string;
  },
  commits: Pick<CommitsOfReleases, 'learn'>,
  releases: readonly RunningRelease[],
  signal: AbortSignal,
) => Promise<Result<number>>;
