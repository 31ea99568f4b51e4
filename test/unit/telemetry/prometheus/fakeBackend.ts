import { ok, type Result } from '../../../../src/domain/result.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { FormExchange, HttpAnswer } from '../../../../src/http/exchange.ts';
import type { BackendPorts, Connection } from '../../../../src/telemetry/backend.ts';

export type Labels = Readonly<Record<string, string>>;

export const connection = (select: Labels = {}): Connection => ({
  kind: 'prometheus',
  url: 'http://prometheus.test/prom',
  select,
  environment: 'test',
  headers: () => Promise.resolve(ok({ Authorization: 'Bearer s3cret' })),
});

/** A Prometheus that has the given series and answers nothing else than what is looked up by name. */
export class FakeBackend implements FormExchange {
  readonly asked: URL[] = [];
  now = 1_800_000_000_000;
  answer: (url: URL) => Partial<HttpAnswer> | Result<never> | undefined = () => undefined;
  readonly #series: readonly Labels[];

  constructor(series: readonly Labels[]) {
    this.#series = series;
  }

  ports(): BackendPorts {
    return {
      now: () => this.now,
      after: () => ({ dispose: () => undefined }),
      operation: () => undefined,
      refreshEvery: () => milliseconds(60_000),
      focused: () => true,
      compare: () => {
        throw new Error('nothing to compare');
      },
    };
  }

  post(text: string, form: Labels): Promise<Result<HttpAnswer>> {
    const url = new URL(text);
    for (const [name, value] of Object.entries(form)) url.searchParams.set(name, value);
    return this.get(url.href);
  }

  get(text: string): Promise<Result<HttpAnswer>> {
    const url = new URL(text);
    this.asked.push(url);
    const special = this.answer(url);
    if (special !== undefined && 'ok' in special) return Promise.resolve(special);
    const body = { status: 'success', data: this.#data(url) };
    return Promise.resolve(
      ok({
        url: text,
        status: 200,
        contentType: 'application/json',
        text: JSON.stringify(body),
        ...special,
      }),
    );
  }

  #data(url: URL): unknown {
    const path = url.pathname.replace(/^.*\/api\/v1\//, '');
    if (path === 'status/buildinfo') return { version: '3.1.0' };
    if (path === 'label/__name__/values')
      return [...new Set(this.#series.map((s) => s['__name__'] ?? ''))];
    const named = (text: string): readonly Labels[] =>
      this.#series.filter((s) => text.includes(s['__name__'] ?? ''));
    if (path === 'labels')
      return [
        ...new Set(named(url.searchParams.get('match[]') ?? '').flatMap((s) => Object.keys(s))),
      ];
    const query = url.searchParams.get('query') ?? '';
    if (path === 'query_range') return { resultType: 'matrix', result: [] };
    if (query.endsWith('[15m]'))
      return {
        resultType: 'matrix',
        result: [{ metric: {}, values: [0, 15, 30, 45].map((at) => [at, '1']) }],
      };
    return {
      resultType: 'vector',
      result: named(query).map((metric) => ({ metric, value: [this.now / 1000, '1'] })),
    };
  }
}
