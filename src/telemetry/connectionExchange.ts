import type { Result } from '../domain/result.ts';
import { fail } from '../domain/result.ts';
import { originOf } from '../http/address.ts';
import { certificatesOf } from '../http/certificateFiles.ts';
import type { ExchangeLimits, FormExchange, HttpAnswer } from '../http/exchange.ts';
import { createExchange } from '../http/exchange.ts';
import type { SignIn } from './ports.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * The HTTP exchange of one connection: with its certificates, to its origin only, and once more with new credentials where the old ones had
 * expired.
 */
export function connectionExchange(
  connection: SignIn & { readonly url: string },
  limits: ExchangeLimits,
): FormExchange {
  const { url: own, certificates } = connection;
  const exchange = createExchange(
    limits,
    certificates && certificatesOf(certificates.files, () => certificates.passphrase()),
  );
  async function signed(
    url: string,
    given: Headers,
    ask: (headers: Headers) => Promise<Result<HttpAnswer>>,
  ): Promise<Result<HttpAnswer>> {
    if (originOf(url) !== originOf(own))
      return fail('internal', `Nothing is sent to ${originOf(url)}: it isn’t the connection’s.`);
    const answer = await ask(given);
    if (!answer.ok || answer.value.status !== 401 || connection.renew?.(given) !== true)
      return answer;
    const renewed = await connection.headers();
    return renewed.ok ? ask({ ...given, ...renewed.value }) : renewed;
  }
  return {
    get: (url, signal, given = {}) =>
      signed(url, given, (headers) => exchange.get(url, signal, headers)),
    post: (url, form, signal, given = {}) =>
      signed(url, given, (headers) => exchange.post(url, form, signal, headers)),
  };
}
