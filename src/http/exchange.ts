import axios from 'axios';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';
import { originOf, parseUrl } from './address.ts';
import { areSame, type Certificates, type CertificatesOf } from './certificates.ts';
import { networkFailure } from './networkFailure.ts';
import { proxyFailure } from './proxyFailure.ts';
import { isStaleConnection } from './staleConnection.ts';
import { createTransport } from './transport.ts';

export interface ExchangeLimits {
  /** Milliseconds for the whole exchange, redirects included. */
  readonly timeout: number;
  /** Largest answer taken, after decompression. */
  readonly maxBytes: number;
  /** How many are followed, within the origin; after as many, one more is a failure. 0: a redirect is an answer like any other. */
  readonly redirects?: number;
}

/** An answer of any status that is no redirect; what it means is for the asker to say. */
export interface HttpAnswer {
  /** Where it came from, after redirects. */
  readonly url: string;
  readonly status: number;
  /** Lower case, without parameters; "" when the server names none. */
  readonly contentType: string;
  readonly text: string;
  /** The body as it came, where it was kept: `text` is read from it when first asked for. */
  readonly bytes?: Uint8Array;
  /** Milliseconds to wait, from `Retry-After` (RFC 9110, 10.2.3): seconds or a date. */
  readonly retryAfter?: number;
  /** The server's clock, Unix milliseconds, from `Date`. */
  readonly date?: number;
}

export interface HttpExchange {
  /** `headers` may hold secrets: they go to the URL's own origin and nowhere else. */
  get(
    url: string,
    signal: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Result<HttpAnswer>>;
}

export interface FormExchange extends HttpExchange {
  /** A question that is too long for an address: it changes nothing, whatever its method. Goes to the origin of `url` only, redirected or not. */
  post(
    url: string,
    form: Readonly<Record<string, string>>,
    signal: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Result<HttpAnswer>>;
}

const usualRedirects = 3;
/** Connections that are kept for one server: all of them end when it is restarted. */
const mostStale = 8;

/**
 * The one HTTP client: Node's adapter, no proxy of its own (VS Code decides), bounded in size and time, redirects within an origin only.
 * Failures are those of the network; each names a remedy and holds no secret.
 *
 * @param certificatesOf what is trusted and shown instead of what the system has; absent: nothing
 */
export function createExchange(
  limits: ExchangeLimits,
  certificatesOf?: CertificatesOf,
): FormExchange {
  const mostRedirects = limits.redirects ?? usualRedirects;
  const client = axios.create({
    adapter: 'http',
    proxy: false,
    maxRedirects: 0,
    timeout: limits.timeout,
    maxContentLength: limits.maxBytes,
    maxBodyLength: limits.maxBytes,
    responseType: 'arraybuffer',
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
  });
  async function exchange(
    url: string,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>>,
    form?: Readonly<Record<string, string>>,
  ): Promise<Result<HttpAnswer>> {
    // axios' timeout watches for silence only; a server that drips would hold us for ever.
    const overdue = AbortSignal.timeout(limits.timeout);
    const whole = AbortSignal.any([signal, overdue]);
    // So would files on a drive that doesn't answer.
    const read = certificatesOf === undefined ? ok({}) : await unlessEnded(certificatesOf(), whole);
    if (read === undefined) return signal.aborted ? cancelled : unreadCertificates;
    if (!read.ok) return read;
    let certificates: Certificates = read.value;
    let transport = createTransport(certificates);
    let at = url;
    let stale = 0;
    let readAgain = false;
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      let response;
      try {
        response = await client.request<unknown>({
          url: at,
          ...(form === undefined ? {} : { method: 'POST', data: new URLSearchParams(form) }),
          signal: whole,
          transport,
          headers: { Accept: 'application/json', ...headers },
        });
      } catch (error) {
        if (signal.aborted) return cancelled;
        if (stale < mostStale && !overdue.aborted && isStaleConnection(error)) {
          stale += 1;
          hop -= 1;
          continue;
        }
        const failure = networkFailure(error, at, {
          ...limits,
          overdue: overdue.aborted,
          certificates,
        });
        const ofTls = !failure.ok && failure.failure.reason === 'untrusted';
        if (!ofTls || readAgain || certificatesOf === undefined) return failure;
        readAgain = true;
        const now = await unlessEnded(certificatesOf(certificates), whole);
        if (now?.ok !== true || areSame(now.value, certificates)) return failure;
        certificates = now.value;
        transport = createTransport(now.value);
        hop -= 1;
        continue;
      }
      const { status, data } = response;
      if (transport.answeredInClear()) return proxyFailure(status, originOf(at));
      const header = (name: string): string => {
        const value: unknown = response.headers[name];
        return typeof value === 'string' ? value : '';
      };
      const location = header('location');
      if (status < 300 || status >= 400 || location === '' || mostRedirects === 0)
        return ok(
          answerOf(data instanceof Uint8Array ? data : new Uint8Array(), {
            url: at,
            status,
            contentType: header('content-type').split(';', 1)[0]?.trim().toLowerCase() ?? '',
            ...retryAfterOf(header('retry-after')),
            ...dateOf(header('date')),
          }),
        );
      const next = parseUrl(location, at);
      if (next?.origin !== originOf(at))
        return fail(
          'untrusted',
          `${originOf(at)} redirects to ${next?.origin ?? 'an unreadable address'}; nothing was sent there.`,
          'If that address is the right one, write it into the setting. A redirect to a sign-in page means that the connection needs credentials.',
        );
      at = next.href;
    }
    return fail(
      'refused',
      `${originOf(url)} redirects more than ${mostRedirects} times.`,
      'Check the address in the setting, its path included.',
    );
  }
  return {
    get: (url, signal, headers = {}) => exchange(url, signal, headers),
    post: (url, form, signal, headers = {}) => exchange(url, signal, headers, form),
  };
}

const cancelled = fail('aborted', 'Cancelled.');
const unreadCertificates = fail(
  'timeout',
  'The certificates of the connection were not read in time.',
  'Check that the drive with the files that its tls names in the setting prodlens.environments can be reached.',
);

/** What comes of work, or undefined as soon as the signal ends the wait for it. */
function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      resolve(undefined);
    };
    if (signal.aborted) ended();
    signal.addEventListener('abort', ended, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', ended);
    });
  });
}

/** Large bodies are never made text here: they go on as they are. */
function answerOf(bytes: Uint8Array, head: Omit<HttpAnswer, 'text' | 'bytes'>): HttpAnswer {
  let text: string | undefined;
  return {
    ...head,
    bytes,
    get text() {
      return (text ??= new TextDecoder().decode(bytes));
    },
  };
}

function retryAfterOf(value: string): { readonly retryAfter?: number } {
  if (value === '') return {};
  const wait = /^\d{1,6}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? { retryAfter: Math.max(0, wait) } : {};
}

function dateOf(value: string): { readonly date?: number } {
  const date = Date.parse(value);
  return Number.isNaN(date) ? {} : { date };
}
