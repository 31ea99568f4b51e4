import { milliseconds } from '../domain/units.ts';
import type { Repository, RunGit } from '../releases/ports.ts';
import type { ProcessRunner } from '../rollback/ports.ts';

const timeout = milliseconds(15_000);
const maxOutputBytes = 4 * 1024 * 1024;

/** A repository's own settings can name programs (signatures, diffs, file watching): none is run, and nothing fetched. */
const quiet = ['-c', 'log.showSignature=false', '-c', 'core.fsmonitor=false'] as const;
const environment = {
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
} as const;

/** @param git path of the program that VS Code's git extension found */
export const gitIn =
  (processes: ProcessRunner, git: string, folder: string, signal: AbortSignal): RunGit =>
  async (...words) => {
    const ran = await processes.run(
      {
        argv: [git, '-C', folder, ...quiet, ...words],
        environment,
        timeout,
        maxOutputBytes,
        onAbort: 'kill',
      },
      signal,
    );
    return ran.ok && ran.value.exitCode === 0 ? ran.value.stdout : undefined;
  };

/** Full hash of the commit that a revision names; undefined when there is none, or several. */
export async function fullCommit(run: RunGit, revision: string): Promise<string | undefined> {
  const text = (await run('rev-parse', '--verify', '--quiet', `${revision}^{commit}`))?.trim();
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text) ? text : undefined;
}

/** The repository that a folder lies in. @param git undefined: there is none, or it may not be run */
export const openRepository =
  (processes: ProcessRunner, git: () => Promise<string | undefined>, signal: AbortSignal) =>
  async (folder: string): Promise<Repository | undefined> => {
    const program = await git();
    if (program === undefined) return undefined;
    const top = await gitIn(processes, program, folder, signal)('rev-parse', '--show-toplevel');
    const root = top?.replace(/\r?\n$/, '');
    if (root === undefined || root === '') return undefined;
    const run = gitIn(processes, program, root, signal);
    return { root, run, commit: (revision) => fullCommit(run, revision) };
  };
