import { createRequire } from 'node:module';
import * as vscode from 'vscode';
import type {
  CommitsOfReleases,
  ForgeAccess,
  ForgeRepository,
  LookUpDeployments,
  Repository,
} from '../releases/ports.ts';
import type { RunningRelease } from '../domain/change.ts';
import type { Result } from '../domain/result.ts';

/** Asking signs in; undefined: the person would not. */
export type LookUp = (
  repository: Repository,
  releases: readonly RunningRelease[],
  rule: string | undefined,
) => Promise<Result<number> | undefined>;

/** Deployments and their states, not the code. https://docs.github.com/en/rest/deployments/deployments */
const scopes = ['repo_deployment'];

/** Where a host's REST interface is, and who signs in there. */
interface GithubHost {
  readonly api: string;
  readonly provider: 'github' | 'github-enterprise';
}

/**
 * GitHub itself, or the enterprise server of the person's own settings: a remote is written by a repository, so it never says by itself
 * where a token goes.
 */
function githubHost(host: string): GithubHost | undefined {
  if (host === 'github.com' || host === 'ssh.github.com')
    return { api: 'https://api.github.com', provider: 'github' };
  const { globalValue } =
    vscode.workspace.getConfiguration('github-enterprise').inspect<string>('uri') ?? {};
  const own = typeof globalValue === 'string' ? parseHost(globalValue) : undefined;
  if (own === undefined || own !== host) return undefined;
  const api = host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`;
  return { api, provider: 'github-enterprise' };
}

function parseHost(address: string): string | undefined {
  try {
    const { protocol, host } = new URL(address);
    return protocol === 'https:' ? host.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** Signs in with VS Code's own provider, which asks the person; undefined: they would not. Only ever after a person's choice. */
async function signIn({ api, provider }: GithubHost): Promise<ForgeAccess | undefined> {
  try {
    const session = await vscode.authentication.getSession(provider, scopes, {
      createIfNone: true,
    });
    return { api, token: session.accessToken };
  } catch {
    return undefined;
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
    return async (repository, releases, rule) => {
      const access = await signIn(host);
      if (access === undefined) return undefined;
      const { lookUpDeployments } = createRequire(file)(file) as {
        readonly lookUpDeployments: LookUpDeployments;
      };
      const at = { forge, repository, ...(rule === undefined ? {} : { rule }) };
      return lookUpDeployments(access, at, commits, releases, stop);
    };
  };
