/** Where a host's REST interface is, and who signs in there. */
export interface GithubHost {
  readonly api: string;
  readonly provider: 'github' | 'github-enterprise';
}

/** `github-enterprise.uri`, which VS Code's provider signs in at: its effective value, and where it comes from. */
export interface EnterpriseSetting {
  readonly effective?: unknown;
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/**
 * GitHub itself, or the enterprise server of the person's own settings: a remote and a workspace's settings are written by a repository, so
 * they never say where somebody signs in or a token goes.
 */
export function githubHostOf(host: string, setting: EnterpriseSetting): GithubHost | undefined {
  if (host === 'github.com' || host === 'ssh.github.com')
    return { api: 'https://api.github.com', provider: 'github' };
  const { effective, globalValue, workspaceValue, workspaceFolderValue } = setting;
  if (workspaceValue !== undefined || workspaceFolderValue !== undefined) return undefined;
  if (typeof globalValue !== 'string' || effective !== globalValue) return undefined;
  if (hostIn(globalValue) !== host) return undefined;
  const api = host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`;
  return { api, provider: 'github-enterprise' };
}

function hostIn(address: string): string | undefined {
  try {
    const { protocol, host } = new URL(address);
    return protocol === 'https:' ? host.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether signing in ended because the person would not: VS Code has no code for it, only the texts of its dialog (`User did not consent to
 * login.`, https://github.com/microsoft/vscode-azurestaticwebapps/pull/253) and of its providers (`Cancelled`, `User Cancelled`).
 */
export const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (/^cancell?ed$/i.test(error.name) ||
    /\bdid not consent\b|^(?:user )?cancell?ed\b/i.test(error.message.trim()));
