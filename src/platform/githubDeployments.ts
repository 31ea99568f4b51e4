import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import type { RunningRelease } from '../domain/change.ts';
import { fail, ok, type Result } from '../domain/result.ts';
import type {
  CommitsOfReleases,
  ForgeAccess,
  ForgeRepository,
  LookUpDeployments,
  Repository,
} from '../releases/ports.ts';
import { cancellable } from './cancellable.ts';
import { githubHostOf, isRefusal, type GithubHost } from './githubHost.ts';

/**
 * Asking signs in; undefined: the person would not, or cancelled.
 *
 * @param running every running release, also those that aren't looked up
 */
export type LookUp = (
  repository: Repository,
  releases: readonly RunningRelease[],
  running: readonly RunningRelease[],
  rule: string | undefined,
) => Promise<Result<number> | undefined>;

/** Deployments and their states, not the code. https://docs.github.com/en/rest/deployments/deployments */
const scopes = ['repo_deployment'];

function githubHost(host: string): GithubHost | undefined {
  const settings = vscode.workspace.getConfiguration('github-enterprise');
  return githubHostOf(host, { ...settings.inspect('uri'), effective: settings.get('uri') });
}

/** Signs in with VS Code's own provider, which asks the person; undefined: they would not. Only ever after a person's choice. */
async function signIn(
  { api, provider }: GithubHost,
  host: string,
): Promise<Result<ForgeAccess> | undefined> {
  try {
    const session = await vscode.authentication.getSession(provider, scopes, {
      createIfNone: true,
    });
    return ok({ api, token: session.accessToken });
  } catch (error) {
    if (isRefusal(error)) return undefined;
    return fail(
      'refused',
      vscode.l10n.t('VS Code could not sign in to {0}.', host),
      vscode.l10n.t(
        'Check that its extension GitHub Authentication is enabled and that the host can be reached, then look up again.',
      ),
    );
  }
}

/**
 * The deployments of the releases of a repository on GitHub; undefined: it isn't there.
 *
 * @param file the adapters' bundle, which has the HTTP client
 */
export const lookUpOnGithub =
  (file: string, commits: CommitsOfReleases, stop: AbortSignal) =>
  (forge: ForgeRepository): LookUp | undefined => {
    const host = githubHost(forge.host);
    if (host === undefined) return undefined;
    return async (repository, releases, running, rule) => {
      const access = await signIn(host, forge.host);
      if (access?.ok !== true) return access;
      const { lookUpDeployments } = createRequire(file)(file) as {
        readonly lookUpDeployments: LookUpDeployments;
      };
      const at = { forge, repository, running, ...(rule === undefined ? {} : { rule }) };
      const found = await cancellable(
        vscode.l10n.t('Looking up deployments on {0}…', forge.host),
        (cancelled) => {
          const signal = AbortSignal.any([stop, cancelled]);
          return lookUpDeployments(access.value, at, commits, releases, signal);
        },
      );
      return found?.ok === false && found.failure.reason === 'aborted' ? undefined : found;
    };
  };
