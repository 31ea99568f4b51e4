import axios from 'axios';
import type { Result } from '../domain/result.ts';
import { fail, ok } from '../domain/result.ts';

export interface HttpClientOptions {
  /** Milliseconds for the whole exchange. */
  readonly timeout: number;
  /** Largest answer taken. */
  readonly maxBytes: number;
}

/** The one HTTP client: Node's adapter, no proxy of its own (VS Code decides), no redirects, bounded in size and time. */
export interface HttpClient {
  /** Decoded JSON of a 2xx answer, unchecked. */
  getJson(url: string, signal: AbortSignal): Promise<Result<unknown>>;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const client = axios.create({
    adapter: 'http',
    proxy: false,
    maxRedirects: 0,
    timeout: options.timeout,
    maxContentLength: options.maxBytes,
    maxBodyLength: options.maxBytes,
    responseType: 'text',
    transformResponse: (data: unknown) => data,
    headers: { Accept: 'application/json' },
  });
  return {
    async getJson(url, signal) {
      // axios' timeout watches for silence only; a server that drips would hold us for ever.
      const whole = AbortSignal.any([signal, AbortSignal.timeout(options.timeout)]);
      let text: string;
      try {
        text = String((await client.get<unknown>(url, { signal: whole })).data);
      } catch (error) {
        if (signal.aborted) return fail('aborted', 'aborted');
        const status = axios.isAxiosError(error) ? error.response?.status : undefined;
        if (status !== undefined) return fail('refused', `the server answered ${status}`);
        if (whole.aborted) return fail('timeout', 'the server took too long');
        return fail('unreachable', error instanceof Error ? error.message : String(error));
      }
      try {
        return ok(JSON.parse(text) as unknown);
      } catch {
        return fail('invalid', 'the answer is not JSON');
      }
    },
  };
}
