import path from 'node:path';
import type { Repository, SourcesAtCommits } from './ports.ts';

const renamesKept = 20;
/** A file renamed later must not look new for long. */
const renamesFor = 30_000;
/** More names are taken for written somewhere: then nothing is said of them. */
const mostNames = 200;
/** Commits are far apart and files many: a list this long is no list of renames any more. */
const mostRenames = 20_000;

/** Texts of files in commits, also under the names they had there. */
export class SourceAtCommits implements SourcesAtCommits {
  readonly #renames = new Map<
    string,
    { readonly at: number; readonly found: Promise<ReadonlyMap<string, string>> }
  >();

  async text(
    repository: Repository,
    commit: string,
    file: string,
  ): Promise<string | null | undefined> {
    const relative = path.relative(repository.root, file).split(path.sep).join('/');
    if (relative === '' || relative.startsWith('../')) return undefined;
    const same = await blobAt(repository, commit, relative);
    if (same !== null) return same === undefined ? undefined : textOf(repository, same);
    const earlier = (await this.#renamesSince(repository, commit)).get(relative);
    if (earlier === undefined) return null;
    const blob = await blobAt(repository, commit, earlier);
    return blob === null || blob === undefined ? blob : textOf(repository, blob);
  }

  async written(
    { run }: Repository,
    commit: string,
    file: string,
    names: readonly string[],
  ): Promise<readonly string[]> {
    const asked = names.slice(0, mostNames);
    if (asked.length === 0) return [];
    const patterns = asked.flatMap((name) => ['-e', name]);
    const extension = path.extname(file);
    const where = extension === '' ? [] : ['--', `:(glob)**/*${extension}`];
    // Finding nothing is an exit code like failing: a commit that can be listed tells the two apart.
    const found = await run('grep', '-o', '-h', '-w', '-F', '-I', ...patterns, commit, ...where);
    if (found === undefined)
      return (await run('ls-tree', '--name-only', commit)) === undefined ? names : [];
    const words = new Set(found.split('\n').map((word) => word.trim()));
    return [...asked.filter((name) => words.has(name)), ...names.slice(mostNames)];
  }

  /** Today's name → name in the commit, of files that git takes for renamed. */
  #renamesSince(repository: Repository, commit: string): Promise<ReadonlyMap<string, string>> {
    const key = `${repository.root}\0${commit}`;
    const known = this.#renames.get(key);
    if (known !== undefined && performance.now() - known.at < renamesFor) return known.found;
    const found = renamesSince(repository, commit);
    this.#renames.delete(key);
    this.#renames.set(key, { at: performance.now(), found });
    for (const oldest of this.#renames.keys()) {
      if (this.#renames.size <= renamesKept) break;
      this.#renames.delete(oldest);
    }
    return found;
  }
}

/** null: not in the commit. */
async function blobAt(
  { run }: Repository,
  commit: string,
  relative: string,
): Promise<string | null | undefined> {
  const listed = await run('--literal-pathspecs', 'ls-tree', '-z', commit, '--', relative);
  if (listed === undefined) return undefined;
  const row = listed.split('\0')[0] ?? '';
  if (row === '') return null;
  return /^\d+ blob ([0-9a-f]{40,64})\t/.exec(row)?.[1] ?? null;
}

const textOf = ({ run }: Repository, blob: string): Promise<string | undefined> =>
  run('cat-file', 'blob', blob);

async function renamesSince(
  { run }: Repository,
  commit: string,
): Promise<ReadonlyMap<string, string>> {
  const renames = new Map<string, string>();
  // Against the working tree: a rename that isn't committed yet counts too.
  const listed = await run(
    'diff',
    '--name-status',
    '-z',
    '-M',
    '--diff-filter=R',
    '--no-ext-diff',
    '--no-textconv',
    commit,
    '--',
  );
  const words = (listed ?? '').split('\0');
  for (let i = 0; i + 2 < words.length && renames.size < mostRenames; i += 3)
    if (words[i]?.startsWith('R') === true) renames.set(words[i + 2] ?? '', words[i + 1] ?? '');
  return renames;
}
