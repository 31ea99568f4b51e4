import assert from 'node:assert/strict';
import type { Operation, OperationId } from '../../../../src/domain/operation.ts';
import type { Result } from '../../../../src/domain/result.ts';
import type { ServiceKey } from '../../../../src/domain/service.ts';
import type { TraceSummary } from '../../../../src/domain/trace.ts';
import type { Select, TraceQuery } from '../../../../src/telemetry/ports.ts';
import { createTempoSource } from '../../../../src/telemetry/tempo/traceSource.ts';
import type { Played } from './playback.ts';
import { contextOf, json, never, notThere, playback, recorded } from './playback.ts';

const front = 'shop/front' as ServiceKey;
/** The trace of the recordings that was asked for whole. */
const id = '0af7651916cd43dd8448eb211c80319c';
const other = '55d5ee481d5e44ac001382a87b21f81e';
const orders: Operation = {
  id: 'orders' as OperationId,
  service: front,
  source: 'metric',
  kind: 'server',
  name: 'http.server.request.duration',
  scope: '',
  http: { method: 'GET', route: '/api/orders/{id}' },
};

type Answers = (path: string, query: URLSearchParams) => Played;

/** The recorded search knows neither names nor namespaces, which this adapter asks for beside the rest: they are as they were sent. */
const searched = (): Played => {
  const answer = recorded('tempo/search-select');
  const { traces } = answer.body as { traces: { spanSets: { spans: Span[] }[] }[] };
  for (const { spanSets } of traces)
    for (const span of spanSets.flatMap(({ spans }) => spans)) {
      const route = span.attributes.find(({ key }) => key === 'http.route')?.value.stringValue;
      span.name = `GET ${route}`;
      span.attributes.push(
        {
          key: 'service.name',
          value: { stringValue: route === '/stock/:sku' ? 'stock' : 'front' },
        },
        { key: 'service.namespace', value: { stringValue: 'shop' } },
        { key: 'http.request.method', value: { stringValue: 'GET' } },
        { key: 'http.response.status_code', value: { intValue: '500' } },
      );
    }
  return answer;
};
interface Span {
  name?: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
}

/** The whole trace under either id. */
const wholeAs = (path: string): Played => {
  const answer = recorded('tempo/trace');
  return path.endsWith(id)
    ? answer
    : {
        ...answer,
        body: JSON.parse(
          JSON.stringify(answer.body).replaceAll(
            'CvdlGRbNQ92ESOshHIAxnA==',
            Buffer.from(other, 'hex').toString('base64'),
          ),
        ) as unknown,
      };
};

const server: Answers = (path) => {
  if (path === '/api/search') return searched();
  if (path.startsWith('/api/v2/search/tag/')) return recorded('tempo/services');
  if (path.endsWith(id) || path.endsWith(other)) return wholeAs(path);
  return recorded(path.startsWith('/api/v2/') ? 'tempo/trace-missing' : 'tempo/v1-trace-missing');
};

/** What a search gives, or why not; `queries` are the TraceQL of its requests. */
async function tried(
  answers: Answers,
  over: Partial<TraceQuery> = {},
  select: Select = {},
): Promise<{
  readonly answer: Result<readonly TraceSummary[]>;
  readonly asked: readonly string[];
  readonly queries: readonly string[];
}> {
  const queries: string[] = [];
  const { exchange, asked } = playback((path, query) => {
    const q = query.get('q');
    if (q !== null) queries.push(q);
    return answers(path, query);
  });
  const source = createTempoSource(
    contextOf(exchange, {
      operation: (one) => (one === orders.id ? orders : undefined),
      connection: {
        url: 'http://backend.test/tempo',
        select,
        headers: () => Promise.resolve({ ok: true, value: {} }),
      },
    }),
  );
  const answer = await source.search(
    { service: front, operations: [orders.id], kind: 'recent', limit: 5, ...over },
    never,
  );
  return { answer, asked, queries };
}

async function search(
  answers: Answers,
  over: Partial<TraceQuery> = {},
): Promise<{ readonly rows: readonly TraceSummary[]; readonly asked: readonly string[] }> {
  const { answer, asked } = await tried(answers, over);
  assert.ok(answer.ok, JSON.stringify(answer));
  return { rows: answer.value, asked };
}
const plain: Answers = (path, query) => server(path.replace(/^\/tempo/, ''), query);

describe('Tempo’s answers', () => {
  it('give a whole trace, whose ids are base64', async () => {
    const { exchange } = playback(server);
    const answer = await createTempoSource(contextOf(exchange)).trace(id, never);
    assert.ok(answer.ok, JSON.stringify(answer));
    const { traceId, spans, partial } = answer.value;
    assert.equal(traceId, id);
    assert.equal(partial, undefined);
    assert.deepEqual(
      spans.map((span) => [span.spanId, span.parentSpanId, span.name, span.kind, span.failed]),
      [
        ['d301532c1305668b', undefined, 'GET /api/orders/{id}', 'server', true],
        ['be1226ce6027bdc1', 'd301532c1305668b', 'GET', 'client', true],
        ['dcaa54e3aec0ef95', 'be1226ce6027bdc1', 'GET /stock/:sku', 'server', true],
        ['49cd272430baa07e', 'dcaa54e3aec0ef95', 'SELECT stock', 'client', false],
      ],
    );
    const [entry, , stock] = spans;
    assert.equal(entry?.service, 'shop/front');
    assert.equal(entry.release, '1.4.2');
    assert.equal(entry.operation?.http?.route, '/api/orders/{id}');
    assert.equal(entry.attributes['http.response.status_code'], 500);
    assert.equal(stock?.events[0]?.attributes['exception.type'], 'StockError');
    assert.equal(stock.statusMessage, 'stock lookup failed');
  });

  it('are the same from versions before 2.7, which have the older interface alone', async () => {
    const traceOf = async (answers: Answers): Promise<unknown> => {
      const { exchange } = playback(answers);
      return createTempoSource(contextOf(exchange)).trace(id, never);
    };
    const old: Answers = (path) => {
      if (path.startsWith('/api/v2/traces')) return notThere;
      return recorded(path.endsWith(id) ? 'tempo/v1-trace' : 'tempo/v1-trace-missing');
    };
    assert.deepEqual(await traceOf(old), await traceOf(server));
  });

  it('tell a missing trace, over both interfaces, from a missing interface', async () => {
    const missing = '9'.repeat(32);
    for (const answers of [
      server,
      (path: string): Played =>
        path.startsWith('/api/v2/') ? notThere : recorded('tempo/v1-trace-missing'),
    ]) {
      const { exchange } = playback(answers);
      const answer = await createTempoSource(contextOf(exchange)).trace(missing, never);
      assert.ok(!answer.ok);
      assert.equal(answer.failure.reason, 'notFound');
      assert.match(answer.failure.message, /Tempo has no trace/);
    }
    const { exchange } = playback(() => notThere);
    const nothing = await createTempoSource(contextOf(exchange)).trace(missing, never);
    assert.ok(!nothing.ok);
    assert.match(nothing.failure.message, /no such interface/);
  });

  it('say when a part of a trace is missing', async () => {
    for (const status of ['PARTIAL', 1]) {
      const body = { ...(recorded('tempo/trace').body as object), status, message: 'too large' };
      const { exchange } = playback(() => json(body));
      const answer = await createTempoSource(contextOf(exchange)).trace(id, never);
      assert.ok(answer.ok && answer.value.partial === true, JSON.stringify(answer));
    }
  });

  it('become rows of the calls that are wanted, with what was thrown', async () => {
    const { rows, asked } = await search(plain);
    assert.deepEqual(rows, [
      {
        traceId: other,
        spanId: 'd301532c1305668b',
        startedAt: 1_795_248_498_950,
        duration: 120,
        failed: true,
        release: '1.4.2',
        service: front,
        name: 'GET /api/orders/{id}',
        spanCount: 4,
        exceptionType: 'StockError',
      },
      {
        traceId: id,
        spanId: 'd301532c1305668b',
        startedAt: 1_795_248_498_950,
        duration: 120,
        failed: true,
        release: '1.4.2',
        service: front,
        name: 'GET /api/orders/{id}',
        spanCount: 4,
        exceptionType: 'StockError',
      },
    ]);
    // The last hour, the last day, and each of the failed traces, in the stretch where it lies.
    assert.deepEqual(
      asked.map((one) => one.split('?')[0]),
      [
        '/tempo/api/search',
        '/tempo/api/search',
        `/tempo/api/v2/traces/${other}`,
        `/tempo/api/v2/traces/${id}`,
      ],
    );
    assert.match(asked[3] ?? '', /\?start=1795244898&end=1795252100$/);
  });

  it('need no whole traces where calls went well', async () => {
    const well: Answers = (path, query) => {
      const { body, ...rest } = plain(path, query);
      return {
        ...rest,
        body: JSON.parse(
          JSON.stringify(body).replaceAll('"500"', '"200"').replaceAll('"error"', '"unset"'),
        ) as unknown,
      };
    };
    const { rows, asked } = await search(well);
    assert.deepEqual(
      rows.map(({ traceId, spanId, duration, failed, spanCount }) => [
        traceId,
        spanId,
        duration,
        failed,
        spanCount,
      ]),
      [
        [other, '0c8d0278ea1a3923', 120, false, 4],
        [id, 'd301532c1305668b', 120, false, 4],
      ],
    );
    assert.equal(asked.length, 2);
  });

  it('keep a request refused as the client’s fault off the failed ones', async () => {
    const refused: Answers = (path, query) => {
      const { body, ...rest } = plain(path, query);
      const text = JSON.stringify(body).replaceAll('"500"', '"404"');
      return { ...rest, body: JSON.parse(text) as unknown };
    };
    const { rows } = await search(refused, { kind: 'failed' });
    assert.deepEqual(rows, []);
  });

  it('of nothing are told apart: no service, nothing wanted, or nothing that “select” names', async () => {
    const empty: Answers = (path, query) => {
      if (path.endsWith('/api/search')) {
        const asksForSelect = (query.get('q') ?? '').includes('= "eu-1"');
        return asksForSelect ? recorded('tempo/search-empty') : plain(path, query);
      }
      return plain(path, query);
    };
    const none: Answers = (path, query) =>
      path.endsWith('/api/search') ? recorded('tempo/search-empty') : plain(path, query);
    assert.deepEqual((await search(none)).rows, []);
    const { exchange } = playback(none);
    const source = createTempoSource(contextOf(exchange));
    const nobody = await source.search(
      { service: 'nobody' as ServiceKey, operations: [], kind: 'recent', limit: 5 },
      never,
    );
    assert.ok(!nobody.ok);
    assert.equal(nobody.failure.remedy, 'It knows front, stock.');
    const unsaid = createTempoSource(
      contextOf(playback(empty).exchange, {
        connection: {
          url: 'http://backend.test',
          select: { 'k8s.cluster.name': 'eu-1' },
          headers: () => Promise.resolve({ ok: true, value: {} }),
        },
      }),
    );
    const answer = await unsaid.search(
      { service: front, operations: [], kind: 'recent', limit: 5 },
      never,
    );
    assert.ok(!answer.ok);
    assert.equal(answer.failure.reason, 'unsupported');
    assert.match(answer.failure.message, /k8s\.cluster\.name/);
  });
});

describe('what Tempo is asked', () => {
  const asked = async (over: Partial<TraceQuery>, select: Select = {}): Promise<string> =>
    (await tried(plain, over, select)).queries[0] ?? '';

  it('is narrowed by the service, the operation, the release and “select”', async () => {
    const query = await asked({ release: '1.4.2' }, { 'deployment.environment.name': 'test' });
    assert.equal(
      query.split(' | ')[0],
      '{ (resource.service.name = "shop/front" || (resource.service.namespace = "shop" && resource.service.name = "front"))' +
        ' && (kind = server && ((span.http.route = "/api/orders/{id}" && (span.http.request.method = "GET" || span.http.method = "GET"))' +
        ' || name = "GET /api/orders/{id}" || name = "http.server.request.duration"))' +
        ' && resource.service.version = "1.4.2"' +
        ' && (resource.deployment.environment.name = "test" || span.deployment.environment.name = "test") }',
    );
    assert.match(query, /\| select\(kind, status, name, .*resource\.deployment\.environment\.name/);
    assert.match(query, / with \(most_recent=true\)$/);
  });

  it('is text, whatever values hold', async () => {
    const query = await asked(
      { attributes: [{ key: 'a"} | {b', value: '" } || { true }\n\ud800' }] },
      {},
    );
    assert.ok(query.includes('resource."a\\"} | {b" = "\\" } || { true }\\n\ufffd"'), query);
  });

  it('compares numbers and booleans as what they are as well', async () => {
    const query = await asked({ attributes: [{ key: 'http.response.status_code', value: '500' }] });
    assert.ok(
      query.includes(
        'span.http.response.status_code = "500" || span.http.response.status_code = 500)',
      ),
      query,
    );
  });

  it('is asked again without the hint by versions that don’t know it', async () => {
    const old: Answers = (path, query) =>
      (query.get('q') ?? '').includes('most_recent')
        ? recorded('tempo/search-bad')
        : plain(path, query);
    const { rows, asked: requests } = await search(old);
    assert.equal(rows.length, 2);
    assert.equal(requests.filter((one) => one.includes('most_recent')).length, 1);
  });

  it('and refused by Tempo ends with a remedy, without its words', async () => {
    for (const [body, reason, remedy] of [
      ['invalid TraceQL query: parse error at line 1, col 3: <b>', 'unsupported', /2\.4 and later/],
      ['range specified by start and end exceeds 1h0m0s <b>', 'tooLarge', /max_duration/],
    ] as const) {
      const { exchange, asked: requests } = playback(() => ({
        status: 400,
        contentType: 'text/plain',
        body,
      }));
      const answer = await createTempoSource(contextOf(exchange)).search(
        { service: front, operations: [], kind: 'recent', limit: 5 },
        never,
      );
      assert.ok(!answer.ok);
      assert.equal(answer.failure.reason, reason);
      assert.match(answer.failure.remedy ?? '', remedy);
      assert.doesNotMatch(JSON.stringify(answer), /<b>/);
      assert.ok(requests.length <= 8, `${requests.length} requests`);
    }
  });

  it('lists a trace that is too large to be had as the search tells of it', async () => {
    const tooLarge: Answers = (path, query) =>
      path.includes('/api/v2/traces/')
        ? { status: 422, contentType: 'text/plain', body: 'max size of trace (50000) exceeded' }
        : plain(path, query);
    const { rows } = await search(plain, { kind: 'failed' });
    const { rows: kept } = await search(tooLarge, { kind: 'failed' });
    assert.ok(rows.length > 0);
    assert.deepEqual(
      kept.map(({ traceId, failed }) => [traceId, failed]),
      rows.map(({ traceId, failed }) => [traceId, failed]),
    );
  });

  it('never holds a trace id that is none', async () => {
    const { exchange, asked: requests } = playback(server);
    const answer = await createTempoSource(contextOf(exchange)).trace('../../admin', never);
    assert.ok(!answer.ok);
    assert.deepEqual(requests, []);
  });
});

describe('odd answers of Tempo', () => {
  it('that are no Tempo’s are refused with a remedy', async () => {
    for (const body of [[], { traces: 7 }, { traces: [null, { traceID: 'x' }] }, null, '<html>']) {
      const { exchange } = playback(() => json(body));
      const answer = await createTempoSource(contextOf(exchange)).search(
        { service: front, operations: [], kind: 'recent', limit: 5 },
        never,
      );
      assert.ok(!answer.ok);
      assert.ok(answer.failure.remedy !== undefined);
    }
    for (const body of [[], {}, { trace: { resourceSpans: 7 } }, null, 'x']) {
      const { exchange } = playback(() => json(body));
      const answer = await createTempoSource(contextOf(exchange)).trace(id, never);
      assert.ok(!answer.ok, JSON.stringify(body));
      assert.ok(answer.failure.remedy !== undefined);
    }
  });

  it('with odd spans give what can be read', async () => {
    const good = searched().body as { traces: { spanSets: { spans: unknown[] }[] }[] };
    good.traces[0]?.spanSets[0]?.spans.unshift(
      null,
      7,
      { spanID: 'zz', startTimeUnixNano: '1' },
      { spanID: '1', startTimeUnixNano: '-5' },
      { spanID: '1', startTimeUnixNano: '1e99' },
      { spanID: '1', startTimeUnixNano: '1795248498950553393', attributes: [{ key: '__proto__' }] },
    );
    const { rows } = await search((path, query) =>
      path.endsWith('/api/search') ? json(good) : plain(path, query),
    );
    assert.equal(rows.length, 2);
  });
});
