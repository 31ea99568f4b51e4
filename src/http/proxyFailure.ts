import type { Failure, Result } from '../domain/result.ts';
import { fail } from '../domain/result.ts';

/**
 * What a proxy answers instead of passing a request on. VS Code takes the proxy from its settings `http.proxy` and `http.noProxy`, from the
 * environment (`https_proxy`, `no_proxy`) or from the system, as `http.proxySupport` says (https://code.visualstudio.com/docs/setup/network).
 */
export function proxyFailure(
  status: number,
  origin: string,
): { readonly ok: false; readonly failure: Failure } {
  if (status === 407)
    return fail(
      'unreachable',
      `The proxy on the way to ${origin} wants credentials (407).`,
      'Give VS Code the proxy’s user and password: it asks for them where it can, or takes them from the setting http.proxy (http://user:password@proxy:port).',
    );
  if (status === 403 || status === 405)
    return fail(
      'unreachable',
      `The proxy refuses to connect to ${origin} (${status}).`,
      'Ask for it to be allowed, or write the host into the setting http.noProxy if it can be reached without the proxy.',
    );
  return fail(
    'unreachable',
    `The proxy can’t connect to ${origin} (${status}).`,
    'Check the host and port in the setting, and whether the proxy knows that host; if it can be reached without the proxy, write it into the setting http.noProxy.',
  );
}

/** VS Code’s own error when the proxy itself doesn’t answer; it has no code, and may name the proxy with its password. */
export function unreachableProxy(text: string, origin: string): Result<never> | undefined {
  if (!text.startsWith('Failed to establish a socket connection to proxies')) return undefined;
  const [, host = ''] =
    /\b(?:PROXY|HTTPS?|SOCKS[45]?)\s+(?:[^\s;]*@)?([\w.[\]:-]{1,200})/.exec(text) ?? [];
  return fail(
    'unreachable',
    `The proxy${host === '' ? '' : ` ${host}`} on the way to ${origin} can’t be reached.`,
    'Check VS Code’s setting http.proxy and the environment’s https_proxy; a host that needs no proxy goes into http.noProxy.',
  );
}
