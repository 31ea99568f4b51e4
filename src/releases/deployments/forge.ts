import { parseUrl } from '../../http/address.ts';
import type { ForgeRepository, Repository } from '../ports.ts';

const part = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** From a remote's address: `https://host/owner/name.git`, `git@host:owner/name.git` or `ssh://git@host/owner/name`. */
export function forgeRepositoryOf(remote: string): ForgeRepository | undefined {
  const written = remote.trim();
  const short = /^(?:[\w.-]+@)?([\w.-]+):(?!\/)([^:]+)$/.exec(written);
  const parsed = short === null ? parseUrl(written) : undefined;
  const web = ['https:', 'ssh:', 'git+ssh:'].includes(parsed?.protocol ?? '');
  const [host, path] =
    short !== null ? [short[1], short[2]] : web ? [parsed?.hostname, parsed?.pathname] : [];
  const [owner = '', name = '', ...more] = (path ?? '')
    .replace(/^\/|\.git\/?$|\/$/g, '')
    .split('/');
  if (host === undefined || host === '' || more.length > 0) return undefined;
  return part.test(owner) && part.test(name)
    ? { host: host.toLowerCase(), owner, name }
    : undefined;
}

/** Where a repository is pushed to: `origin`, or its only remote. */
export async function forgeOf({ run }: Repository): Promise<ForgeRepository | undefined> {
  const remotes = ((await run('remote')) ?? '').split('\n').filter((name) => name !== '');
  const name = remotes.includes('origin')
    ? 'origin'
    : remotes.length === 1
      ? remotes[0]
      : undefined;
  if (name === undefined || name.startsWith('-')) return undefined;
  const address = await run('remote', 'get-url', name);
  return address === undefined ? undefined : forgeRepositoryOf(address);
}
