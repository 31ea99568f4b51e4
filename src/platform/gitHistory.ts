import type { DeployedRelease, ProcessRunner } from '../rollback/ports.ts';
import type { RunGit } from '../releases/ports.ts';
import { fullCommit, openRepository } from './git.ts';

export interface GitHistoryOptions {
  readonly processes: ProcessRunner;
  /** Path of the git program; undefined: there is none, or it may not be run. */
  readonly git: () => Promise<string | undefined>;
  /** Folders of the workspace, absolute. */
  readonly folders: () => readonly string[];
}

const maxCommits = 50;
const maxMigrations = 20;

/** What a deploy system calls a commit may be anything: only this becomes an argument. */
const commitId = /^[0-9a-f]{7,40}$/;
/** A version that can be the name of a tag, and nothing else that git would read as a revision. */
const tagVersion = /^[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?!\.)){0,99}$/;
const migration =
  /(?:^|\/)(?:migrations|db\/migrate|alembic\/versions|prisma\/migrations)\/|\.sql$/i;

/**
 * What lies between two releases in the source: the commits that going from `from` back to `to` takes away, with their
 * authors, and a warning about database migrations. "" where no repository of the workspace knows both. Hostile text.
 */
export function createSourceChanges(
  options: GitHistoryOptions,
): (from: DeployedRelease, to: DeployedRelease, signal: AbortSignal) => Promise<string> {
  return async (from, to, signal) => {
    const open = openRepository(options.processes, options.git, signal);
    const found = new Map<string, string>();
    for (const folder of options.folders()) {
      const repository = await open(folder);
      if (repository === undefined || found.has(repository.root)) continue;
      const { root, run } = repository;
      const [left, wanted] = [await resolve(run, from), await resolve(run, to)];
      if (left !== undefined && wanted !== undefined)
        found.set(root, await describe(run, left, wanted));
    }
    // Tags of one name can be in several repositories: each is shown with its folder, none is guessed.
    return found.size === 1
      ? ([...found.values()][0] ?? '')
      : [...found].map(([root, text]) => `In ${root}:\n${text}`).join('\n\n');
  };
}

/** The full commit of a release: the one the deploy system names, else that of the tag v<version> or <version>. */
async function resolve(run: RunGit, release: DeployedRelease): Promise<string | undefined> {
  const { commit, version } = release;
  if (commit !== undefined && commit !== '') {
    const wanted = commit.toLowerCase();
    if (!commitId.test(wanted)) return undefined;
    const found = await fullCommit(run, wanted);
    // A branch or tag may be called like a commit.
    return found?.startsWith(wanted) === true ? found : undefined;
  }
  if (!tagVersion.test(version)) return undefined;
  const names = version.startsWith('v') ? [version] : [`v${version}`, version];
  for (const name of names) {
    const found = await fullCommit(run, `refs/tags/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function describe(run: RunGit, from: string, to: string): Promise<string> {
  const taken = `${to}..${from}`;
  const [log, count, missing, files] = [
    await run(
      'log',
      '--no-color',
      '--no-decorate',
      '--no-show-signature',
      `--max-count=${maxCommits}`,
      '--format=%h  %as  %an  %s',
      taken,
    ),
    await run('rev-list', '--count', taken),
    await run('rev-list', '--count', `${from}..${to}`),
    await run(
      'diff',
      '--name-only',
      '-z',
      '--no-renames',
      '--no-ext-diff',
      '--no-textconv',
      to,
      from,
      '--',
    ),
  ];
  const total = Number(count ?? Number.NaN);
  const ahead = Number(missing ?? 0);
  const lines = (log ?? '').split('\n').filter((line) => line !== '');
  return [
    ...migrationWarning(files),
    from === to
      ? 'Both are the same commit.'
      : Number.isNaN(total)
        ? 'The commits between the two could not be read.'
        : `${commits(total)} would no longer run:`,
    ...lines,
    ...(total > lines.length ? [`… and ${total - lines.length} more`] : []),
    ...(ahead > 0
      ? [
          `${commits(ahead)} would run that the release to leave does not have: the two have parted.`,
        ]
      : []),
  ].join('\n');
}

/** @param files NUL-separated paths; undefined: they could not be read. */
function migrationWarning(files: string | undefined): readonly string[] {
  if (files === undefined)
    return ['WARNING: the changed files could not be read: look for migrations yourself.', ''];
  const found = files.split('\0').filter((file) => migration.test(file));
  if (found.length === 0) return [];
  return [
    'WARNING: database migrations lie between the two. Going back does not undo them:',
    ...found.slice(0, maxMigrations).map((file) => `  ${file.replace(/[\r\n]/g, '?')}`),
    ...(found.length > maxMigrations ? [`  … and ${found.length - maxMigrations} more`] : []),
    '',
  ];
}

const commits = (count: number): string => (count === 1 ? '1 commit' : `${count} commits`);
