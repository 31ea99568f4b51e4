import type { Change, LiveRow, RunningRelease } from '../domain/change.ts';
import type { CommitsOfReleases, Repository } from './ports.ts';
import type { VersionToCommit } from './versionCommit.ts';

const separator = '\0';
const zero = /^0+$/;

/** The newest commit of lines of a file, as they are on disk (or in `contents`, a file with the editor's text). */
export async function changeOfLines(
  { run }: Repository,
  relative: string,
  lines: { readonly first: number; readonly last: number },
  contents?: string,
): Promise<Change | undefined> {
  const blamed = await run(
    'blame',
    '--porcelain',
    '--no-textconv',
    '-w',
    ...(contents === undefined ? [] : ['--contents', contents]),
    '-L',
    `${lines.first},${lines.last}`,
    '--',
    relative,
  );
  if (blamed === undefined) return undefined;
  const commits = new Set<string>();
  for (const [, commit] of blamed.matchAll(/^([0-9a-f]{40,64}) \d+ \d+/gm))
    if (commit !== undefined) commits.add(commit);
  const known = [...commits].filter((commit) => !zero.test(commit));
  const uncommitted = known.length < commits.size;
  if (known.length === 0) return { subject: '', uncommitted: true };
  // Of several the one that none of the others comes after.
  const newest = (await run('rev-list', '--topo-order', '--max-count=1', ...known))?.trim();
  return newest === undefined ? undefined : describeCommit(run, newest, uncommitted);
}

/** The newest commit of a whole file. */
export async function changeOfFile(
  { run }: Repository,
  relative: string,
): Promise<Change | undefined> {
  const status = await run('status', '--porcelain', '-z', '--', relative);
  const newest = (await run('rev-list', '--max-count=1', 'HEAD', '--', relative))?.trim();
  if (status === undefined || newest === undefined) return undefined;
  if (newest === '') return { subject: '', uncommitted: true };
  return describeCommit(run, newest, status !== '');
}

/** A commit or a branch by its name. */
export async function changeOfRevision(
  repository: Repository,
  revision: string,
): Promise<Change | undefined> {
  const commit = await repository.commit(revision);
  return commit === undefined ? undefined : describeCommit(repository.run, commit, false);
}

async function describeCommit(
  run: Repository['run'],
  commit: string,
  uncommitted: boolean,
): Promise<Change | undefined> {
  const subject = await run('log', '--max-count=1', '--no-show-signature', '--format=%s', commit);
  return subject === undefined ? undefined : { commit, subject: subject.trim(), uncommitted };
}

export interface RecentRevision {
  readonly name: string;
  readonly subject: string;
}

/** Newest commits of HEAD, and local branches by date; hostile text. */
export async function recentRevisions({ run }: Repository): Promise<{
  readonly commits: readonly RecentRevision[];
  readonly branches: readonly RecentRevision[];
}> {
  const rows = (text: string | undefined): readonly RecentRevision[] =>
    (text ?? '').split('\n').flatMap((line) => {
      const [name = '', subject = ''] = line.split(separator);
      return name === '' ? [] : [{ name, subject }];
    });
  const log = await run('log', '--max-count=50', '--no-show-signature', '--format=%H%x00%s');
  const heads = await run(
    'for-each-ref',
    '--count=30',
    '--sort=-committerdate',
    '--format=%(refname)%00%(subject)',
    'refs/heads/',
  );
  return { commits: rows(log), branches: rows(heads) };
}

/** @param rule of prodlens.json (`versionCommit`) */
export const wantedOf = (
  { version, service, commit }: RunningRelease,
  rule: string | undefined,
): VersionToCommit => ({
  version,
  service,
  ...(commit === undefined ? {} : { commit }),
  ...(rule === undefined ? {} : { rule }),
});

/** Which of the running releases contain a commit. In a shallow clone the way between the two may be cut off: then nothing is denied. */
export async function whereIsLive(
  repository: Repository,
  commits: CommitsOfReleases,
  commit: string,
  releases: readonly RunningRelease[],
  rule?: string,
): Promise<readonly LiveRow[]> {
  const rows: LiveRow[] = [];
  const shallow =
    (await repository.run('rev-parse', '--is-shallow-repository'))?.trim() !== 'false';
  for (const release of releases) {
    const found = await commits.commitOf(repository, wantedOf(release, rule));
    if (found === undefined) {
      rows.push({ ...release, contains: 'unknown' });
      continue;
    }
    const base = (await repository.run('merge-base', commit, found.commit))?.trim();
    rows.push({
      ...release,
      commit: found.commit,
      ...(found.confidence === 'weak' ? { guessed: found.how } : {}),
      contains: base === commit ? 'yes' : base === undefined || shallow ? 'unknown' : 'no',
    });
  }
  return rows;
}
