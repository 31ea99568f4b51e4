import type { Failure, Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { originOf } from './address.ts';
import type { HttpAnswer } from './exchange.ts';
import { proxyFailure } from './proxyFailure.ts';

/** The JSON of a 2xx answer, unchecked. Some servers (Jaeger) send JSON as text/plain: only HTML is refused by its type. */
export function jsonOf(answer: HttpAnswer): Result<unknown> {
  const refusal = refusalOf(answer);
  if (refusal !== undefined) return refusal;
  try {
    return ok(JSON.parse(answer.text) as unknown);
  } catch {
    return fail(
      'invalid',
      `${originOf(answer.url)} answers something that is not JSON, or only a part of it.`,
      'Check the address in the setting; if it is right, try again.',
    );
  }
}

/** Why an answer is none that holds JSON, as far as can be told without reading it. */
export function refusalOf(answer: HttpAnswer): Result<never> | undefined {
  if (answer.status < 200 || answer.status >= 300) return statusFailure(answer);
  return isPage(answer) ? pageFailure(answer) : undefined;
}

/** A web page where data was expected: a sign-in form, a proxy's error, another program, or a user interface that answers everything. */
export const isPage = (answer: HttpAnswer): boolean =>
  answer.contentType === 'text/html' || /^\s*<(?:!doctype|html)\b/i.test(beginningOf(answer));

const beginningOf = (answer: HttpAnswer): string =>
  answer.bytes === undefined
    ? answer.text.slice(0, 200)
    : new TextDecoder().decode(answer.bytes.subarray(0, 200));

const pageFailure = (answer: HttpAnswer): Result<never> =>
  fail(
    'invalid',
    `${originOf(answer.url)} answers with a web page instead of data.`,
    'Check the address and its path in the setting. A sign-in page means that the connection needs credentials.',
  );

type Failed = { readonly ok: false; readonly failure: Failure };

/** What a status other than 2xx means for a person. The body is not quoted: it is the server's, and may be anything. */
export function statusFailure(answer: HttpAnswer): Failed {
  const { status } = answer;
  const origin = originOf(answer.url);
  const said = `${origin} answers ${status}`;
  const certificate = certificateFailure(answer);
  if (certificate !== undefined) return certificate;
  switch (status) {
    case 401:
      // What Mimir, Tempo and Loki say when nobody is named (github.com/grafana/dskit, user).
      if (answer.text.trim() === 'no org id')
        return fail(
          'refused',
          `${said}: it wants to know which tenant is asked for.`,
          'Sign in with the header X-Scope-OrgID, which names the tenant.',
        );
      return fail(
        'refused',
        `${said}: it wants credentials, or those given are wrong or expired.`,
        'Run “Prodlens: Select Environment…” to sign in again there, or “Prodlens: Connect a Backend…” to sign in another way.',
      );
    case 403:
      return fail(
        'refused',
        `${said}: these credentials may not read here.`,
        'Ask for read access, or use other credentials or another tenant.',
      );
    case 407:
      return proxyFailure(status, origin);
    case 404:
      return fail(
        'notFound',
        `${said}: there is no such interface.`,
        'Check the address in the setting, its path included.',
      );
    case 408:
    case 504:
      return fail(
        'timeout',
        `${said}: it took too long.`,
        'Try a shorter window. If it is always slow, look at the backend’s load.',
      );
    case 413:
    case 414:
      return fail('tooLarge', `${said}: the question is too long.`, 'Ask for less at once.');
    case 429:
    case 503:
      return fail(
        'busy',
        `${said}: it is ${status === 429 ? 'asked too often' : 'not available'}.`,
        answer.retryAfter === undefined
          ? 'Try again later.'
          : `Try again in ${Math.max(1, Math.ceil(answer.retryAfter / 1000))} s.`,
      );
    default:
      return status >= 500
        ? fail(
            'unreachable',
            `${said}: it fails.`,
            'Look at the backend’s own log, or at the proxy before it.',
          )
        : fail('refused', `${said}.`, 'Check the address in the setting, its path included.');
  }
}

/** nginx lets the handshake pass and says it afterwards (https://nginx.org/en/docs/http/ngx_http_ssl_module.html#errors). */
function certificateFailure({ status, text, url }: HttpAnswer): Failed | undefined {
  if (status !== 400) return undefined;
  const start = text.slice(0, 2_000);
  const missing = start.includes('No required SSL certificate was sent');
  if (!missing && !start.includes('The SSL certificate error')) return undefined;
  return {
    ok: false,
    failure: {
      reason: 'untrusted',
      message: missing
        ? `${originOf(url)} wants a client certificate.`
        : `${originOf(url)} doesn’t accept the client certificate.`,
      remedy: missing
        ? 'Name its files in tls.certFile and tls.keyFile, or in tls.pfxFile, of the connection (“Prodlens: Connect a Backend…” offers it).'
        : 'Check that it was issued by the authority that the server trusts, and that it hasn’t expired or been revoked.',
      needs: 'clientCertificate',
    },
  };
}
