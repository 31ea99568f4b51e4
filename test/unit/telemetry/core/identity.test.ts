import assert from 'node:assert/strict';
import type { Operation } from '../../../../src/domain/operation.ts';
import { serviceKey } from '../../../../src/domain/service.ts';
import { identify } from '../../../../src/telemetry/local/core/identity.ts';
import type { SpanRecord } from '../../../../src/telemetry/local/model.ts';
import { at, child, newCore, numbers, request, resource, span, t0 } from './builders.ts';

const operationsFor = (...spans: readonly SpanRecord[]): readonly Operation[] => {
  const core = newCore();
  core.spans(spans, t0);
  core.settle(t0);
  return core.operations().operations;
};
const operationFor = (one: SpanRecord): Operation =>
  operationsFor(one)[0] ?? assert.fail('no operation');

describe('operation identity', () => {
  it('tells methods of one span name apart (otelchi)', () => {
    const chi = (method: string) =>
      span({
        kind: 'server',
        name: '/articles',
        attributes: { 'http.method': method, 'http.route': '/articles' },
      });
    assert.equal(operationsFor(chi('GET'), chi('POST'), chi('GET')).length, 2);
  });

  it('reads RPC names, new and old, as one form', () => {
    const old = { 'rpc.system': 'grpc', 'rpc.service': 'oteldemo.Payment', 'rpc.method': 'Charge' };
    const stable = { 'rpc.system.name': 'grpc', 'rpc.method': 'oteldemo.Payment/Charge' };
    for (const attributes of [old, stable])
      assert.deepEqual(operationFor(span({ kind: 'server', attributes })).rpc, {
        system: 'grpc',
        method: 'oteldemo.Payment/Charge',
      });
  });

  it('reads model and method of Prisma’s spans, which are calls out', () => {
    const prisma = (model: string): SpanRecord =>
      span({
        name: 'prisma:client:operation',
        scope: 'prisma',
        attributes: { model, method: 'findMany', name: `${model}.findMany` },
      });
    const found = operationsFor(prisma('User'), prisma('Order'), prisma('User'));
    assert.deepEqual(
      found.map((o) => [o.kind, o.layer?.name]),
      [
        ['client', 'User.findMany'],
        ['client', 'Order.findMany'],
      ],
    );
    const other = span({ name: 'train', attributes: { model: 'User', method: 'findMany' } });
    assert.equal(operationFor(other).layer, undefined);
  });

  it('names jobs by what runs them', () => {
    const quartz = {
      'trigger.name': 'nightly',
      'job.type': 'Acme.Jobs.Report, Acme',
      'job.name': 'r',
    };
    assert.equal(operationFor(span({ attributes: quartz })).task, 'Acme.Jobs.Report');
    assert.equal(operationFor(span({ attributes: { 'job.type': 'nightly' } })).task, undefined);
    const consumer = { 'messaging.masstransit.consumer_type': 'Acme.OrderConsumer' };
    assert.equal(operationFor(span({ attributes: consumer })).task, 'Acme.OrderConsumer');
    const command = { name: 'Command mail:send', scope: 'io.opentelemetry.contrib.php.laravel' };
    assert.equal(operationFor(span(command)).task, 'mail:send');
    assert.equal(operationFor(span({ ...command, scope: 'own' })).task, undefined);
  });

  it('names a GraphQL field by type and field, as each language’s library has them', () => {
    const fields = [
      {
        name: 'graphql.resolve books',
        attributes: { 'graphql.parent.name': 'Query', 'graphql.field.name': 'books' },
      },
      {
        name: 'graphql.execute_field',
        attributes: { 'graphql.field.parent': 'Query', 'graphql.field.name': 'books' },
      },
      {
        name: 'Query/books',
        attributes: { 'gql.resolver.object': 'Query', 'gql.resolver.field': 'books' },
      },
      {
        name: 'GraphQL Resolving: books',
        attributes: { 'graphql.parentType': 'Query', 'graphql.path': 'mine.0' },
      },
      { name: 'books', attributes: { 'graphql.parentType': 'Query', 'graphql.path': 'mine.0' } },
    ];
    for (const field of fields)
      assert.equal(operationFor(span(field)).layer?.name, 'Query.books', field.name);
  });

  it('reads code.*, stable and old, and whose line it is', () => {
    assert.deepEqual(
      operationFor(
        span({
          attributes: {
            'code.namespace': 'a.b.Repo',
            'code.function': 'find',
            'code.lineno': 7,
            'code.filepath': '/x/Repo.java',
          },
        }),
      ).code,
      { functionName: 'a.b.Repo.find', filePath: '/x/Repo.java', line: 7 },
    );
    assert.deepEqual(
      operationFor(
        span({
          resource: resource({ release: '' }),
          attributes: {
            'code.function.name': 'a.b.find',
            'code.file.path': '/x.py',
            'code.line.number': 8,
          },
        }),
      ).code,
      { functionName: 'a.b.find', filePath: '/x.py', line: 8 },
    );
  });

  it('is of one release only where a line says what no name does', () => {
    const shop = (release: string) => resource({ release });
    const keysOf = (attributes: Record<string, string | number>, kind?: 'server') =>
      new Set(
        ['1', '2', '3'].map((release) => {
          const located = { 'code.filepath': '/x/a', 'code.lineno': 7, ...attributes };
          return identify(
            span({ resource: shop(release), attributes: located, ...(kind && { kind }) }),
          ).key;
        }),
      ).size;
    for (const name of ['a.b.find', 'App\\Shelf::find', 'main.(*Shelf).find', 'a/b.find'])
      for (const key of ['code.function', 'code.function.name'])
        assert.equal(keysOf({ [key]: name }), 1, name);
    assert.equal(keysOf({ 'code.function': 'find', 'code.namespace': 'a.Shelf' }, 'server'), 1);
    assert.equal(keysOf({}), 3);
    for (const name of ['find', 'App\\{closure}', 'Object.<anonymous>'])
      assert.equal(keysOf({ 'code.function': name }), 3, `${name}: several can be called that`);
  });

  it('reads messaging and tasks; names of temporary queues are no keys', () => {
    const task = operationFor(
      span({
        kind: 'consumer',
        name: 'run/app.add',
        attributes: {
          'celery.task_name': 'app.add',
          'messaging.system': 'redis',
          'messaging.destination': 'celery',
        },
      }),
    );
    assert.equal(task.task, 'app.add');
    assert.deepEqual(task.messaging, { system: 'redis', destination: 'celery' });
    const temporary = (name: string) =>
      span({
        kind: 'consumer',
        attributes: {
          'messaging.system': 'r',
          'messaging.destination.name': name,
          'messaging.destination.temporary': true,
        },
      });
    assert.equal(operationsFor(temporary('amq.gen-1'), temporary('amq.gen-2')).length, 1);
  });

  it('names the text of the source that a call out carries, and keeps no statement', () => {
    const core = newCore();
    core.setRoutes({
      routes: [],
      calls: { statements: ['SELECT * FROM t WHERE id = ?'], requests: ['GET api.acme.com/users'] },
    });
    const out = (attributes: SpanRecord['attributes']) =>
      span({ kind: 'client', name: 'x', attributes });
    core.spans(
      [
        out({ 'db.query.text': "SELECT * FROM t WHERE id = 'secret'" }),
        out({ 'db.statement': 'SELECT * FROM u' }),
        out({
          'url.full': 'https://api.acme.com/users?token=secret',
          'http.request.method': 'GET',
        }),
      ],
      t0,
    );
    core.settle(t0);
    const { operations } = core.operations();
    assert.deepEqual(operations.map((o) => o.literal).sort(), [
      'GET api.acme.com/users',
      'SELECT * FROM t WHERE id = ?',
      undefined,
    ]);
    assert.ok(!JSON.stringify(operations).includes('secret'));
  });

  it('reads what each job system calls its task', () => {
    const asked = (attributes: SpanRecord['attributes']) =>
      operationFor(span({ kind: 'consumer', attributes }));
    for (const name of ['messaging.sidekiq.job_class', 'messaging.resque.job_class'])
      assert.equal(asked({ [name]: 'MailJob' }).task, 'MailJob');
    assert.equal(asked({ 'messaging.delayed_job.name': 'User#greet' }).task, 'User#greet');
    assert.equal(asked({ 'messaging.message.job_name': 'App\\Mail' }).task, 'App\\Mail');
    const activeJob = { 'messaging.system': 'active_job', 'code.namespace': 'MailJob' };
    assert.equal(asked(activeJob).task, 'MailJob');
    assert.equal(asked({ 'code.namespace': 'MailJob' }).task, undefined);
    assert.equal(asked({ 'rq.job.function': 'shop.mail' }).code?.functionName, 'shop.mail');
    const around = span({ kind: 'client', attributes: { 'rq.job.function': 'shop.mail' } });
    assert.equal(operationFor(around).code, undefined);
  });

  it('reads the layers that frameworks report', () => {
    const layer = (attributes: SpanRecord['attributes']) =>
      operationFor(span({ attributes })).layer;
    assert.deepEqual(layer({ 'express.type': 'request_handler', 'express.name': '/users/:id' }), {
      framework: 'express',
      type: 'request_handler',
      name: '/users/:id',
    });
    assert.deepEqual(
      layer({ 'fastify.type': 'hook', 'hook.name': 'onRequest', 'hook.callback.name': 'auth' }),
      {
        framework: 'fastify',
        type: 'hook',
        name: 'onRequest',
        callback: 'auth',
      },
    );
    assert.deepEqual(layer({ 'next.span_type': 'AppRouteRouteHandlers.runHandler' }), {
      framework: 'next',
      type: 'AppRouteRouteHandlers.runHandler',
    });
    assert.deepEqual(layer({ 'restify.type': 'request_handler', 'restify.name': 'list' }), {
      framework: 'restify',
      type: 'request_handler',
      name: 'list',
    });
    assert.deepEqual(layer({ 'tornado.handler': 'app.pages.Home' }), {
      framework: 'tornado',
      type: 'handler_class',
      controller: 'app.pages.Home',
    });
    assert.equal(layer({ 'http.route': '/x' }), undefined);
  });

  it('of inner spans holds the entry they run under, as they name no route themselves', () => {
    const under = (route: string) => {
      const entry = request(route);
      return [entry, child(entry, { name: 'executing api route' })];
    };
    const inner = operationsFor(...under('/a'), ...under('/b')).filter(
      (o) => o.kind === 'internal',
    );
    assert.deepEqual(inner.map((o) => o.entry?.http?.route).sort(), ['/a', '/b']);
  });

  it('has ids that stay the same across processes and differ with each part of the key', () => {
    const one = operationFor(request('/a'));
    assert.equal(operationFor(request('/a')).id, one.id);
    const others = [
      operationFor(request('/b')),
      operationFor(request('/a', { method: 'POST' })),
      operationFor(request('/a', { scope: 'other' })),
      operationFor(request('/a', { resource: resource({ service: serviceKey('x') }) })),
      operationFor(request('/a', { kind: 'consumer' })),
    ];
    assert.equal(new Set([one, ...others].map((o) => o.id)).size, 6);
    assert.equal(operationFor(request('/a', { resource: resource({ release: '9' }) })).id, one.id);
  });
});

describe('requests without a route', () => {
  const routes = { routes: [{ framework: 'fastify', method: 'GET', path: '/users/:id' }] };
  const raw = (path: string, code = 200) =>
    request(undefined, { code, attributes: { 'url.path': path } });

  it('get the template of the workspace, marked as found by us', () => {
    const core = newCore();
    core.setRoutes(routes);
    core.spans([raw('/users/1'), raw('/users/2', 404)], t0);
    core.settle(t0);
    const [operation, ...rest] = core.operations().operations;
    assert.deepEqual(operation?.http, { method: 'GET', route: '/users/:id', refined: true });
    assert.equal(rest.length, 0);
    assert.equal(numbers(core, () => true, at(0)).total?.clientErrors, 1);
  });

  it('of an instrumentation that reports routes matched none, and belong to nobody', () => {
    const core = newCore();
    core.setRoutes(routes);
    core.spans([request('/other'), raw('/users/1', 404)], t0);
    core.settle(t0);
    assert.deepEqual(core.operations().operations[1]?.http, { method: 'GET' });
  });

  it('get no handler of / from Fiber, which names a request that matched nothing after its middleware', () => {
    const core = newCore();
    core.setRoutes({ routes: [{ framework: 'fiber', method: 'GET', path: '/' }] });
    const seen = (path: string, status: number) =>
      span({
        kind: 'server',
        name: '/',
        scope: 'github.com/gofiber/contrib/otelfiber',
        attributes: {
          'http.method': 'GET',
          'http.status_code': status,
          'http.route': '/',
          'http.target': path,
        },
      });
    core.spans([seen('/', 200), seen('/?page=2', 200), seen('/nowhere', 404)], t0);
    core.settle(t0);
    assert.deepEqual(
      core.operations().operations.map(({ http }) => http?.route),
      ['/', undefined],
    );
  });

  it('whose route is only where a router is mounted get the route of their path, or none', () => {
    const core = newCore();
    core.setRoutes(routes);
    const mounted = (path: string, route: string, status: number) =>
      span({
        kind: 'server',
        name: `GET ${route}`,
        scope: '@opentelemetry/instrumentation-http',
        attributes: {
          'http.request.method': 'GET',
          'http.response.status_code': status,
          'http.route': route,
          'url.path': path,
        },
      });
    core.spans(
      [
        mounted('/users/7', '/users', 401),
        mounted('/users/7/none', '/users', 404),
        mounted('/users/', '/users', 200),
        mounted('/gateway/users/7', '/users', 200),
        mounted('/users/7/files/a', '/users/:id/*file', 200),
        mounted('/users/7/none', '/users/:id', 404),
      ],
      t0,
    );
    core.settle(t0);
    assert.deepEqual(
      core.operations().operations.map(({ name, http }) => [name, http?.route, http?.refined]),
      [
        ['GET', '/users/:id', true],
        ['GET', undefined, undefined],
        ['GET /users', '/users', undefined],
        ['GET /users/:id/*file', '/users/:id/*file', undefined],
      ],
    );
  });

  it('that match none are kept as a bounded sample, never as keys', () => {
    const core = newCore();
    core.setRoutes(routes);
    core.spans(
      Array.from({ length: 500 }, (_, i) => raw(`/x/${i}`)),
      t0,
    );
    core.settle(t0);
    assert.equal(core.operations().operations.length, 1);
    const warning = core.services(at(0))[0]?.warnings.join() ?? '';
    assert.match(warning, /500 requests match no route, for example GET \/x\/0/);
    assert.ok(warning.length < 400);
  });
});

describe('bounds', () => {
  it('hold for very many span names: the rest goes into one operation that is shown', function () {
    this.timeout(60_000);
    const core = newCore();
    const spans = 100_000;
    for (let i = 0; i < spans; i += 1000) {
      core.spans(
        Array.from({ length: 1000 }, (_, j) => span({ name: `name ${i + j}`, end: t0 + i })),
        at(i),
      );
      core.tick(at(i));
    }
    core.settle(at(spans));
    core.tick(at(spans + 60_000));
    const { operations } = core.operations();
    assert.ok(operations.length <= 4001);
    assert.equal(operations.filter((o) => o.overflow).length, 1);
    const memory = Object.values(core.memoryBytes()).reduce((a, b) => a + b, 0);
    assert.ok(memory < 256 * 1024 * 1024, String(memory));
    assert.ok((core.counters()['operations.overflow'] ?? 0) > 0);
  });

  it('leave room for entries when inner spans have used theirs', () => {
    const core = newCore();
    core.spans(
      Array.from({ length: 5000 }, (_, i) => span({ name: `n${i}` })),
      t0,
    );
    core.spans([request('/late')], t0);
    core.settle(t0);
    assert.equal(numbers(core, (o) => o.http?.route === '/late', at(0)).total?.count, 1);
  });

  it('refuse services beyond their number, and say so to the sender', () => {
    const core = newCore();
    const many = Array.from({ length: 400 }, (_, i) =>
      span({ resource: resource({ service: serviceKey(`s${i}`) }) }),
    );
    assert.deepEqual(core.spans(many, t0), { rejected: 100, message: 'too many services' });
  });

  it('of ancestors leave calls out, and say so, rather than count one twice', () => {
    const core = newCore();
    for (let i = 0; i < 100; i += 1) {
      const above = span({ name: `above ${i}` });
      core.spans([above, child(above, { name: 'f' })], t0);
    }
    core.settle(t0);
    const two = numbers(core, (o) => o.name === 'f' || o.name === 'above 99', at(0));
    assert.equal(two.total?.lowerBound, true);
    assert.ok((two.total.count ?? 0) <= 101);
    assert.ok((core.counters()['paths.overflow'] ?? 0) > 0);
  });

  it('close the oldest traces early when too much is open, and count them', () => {
    const core = newCore({ memoryLimitBytes: 1024 * 1024 });
    const some = (n: number) =>
      core.spans(
        Array.from({ length: n }, () => span({ attributes: { a: 'x'.repeat(500) } })),
        t0,
      );
    assert.equal(core.saturated(), false);
    for (let i = 0; i < 1000 && !core.saturated(); i += 1) some(1);
    assert.equal(core.saturated(), true, 'senders are asked to wait before anything is cut');
    assert.equal(core.counters()['traces.cutShort'], 0);
    some(2000);
    assert.ok((core.memoryBytes()['assembly'] ?? 0) < 400 * 1024);
    assert.equal(core.saturated(), false);
    assert.ok((core.counters()['traces.cutShort'] ?? 0) > 0);
  });

  it('nothing throws: odd values everywhere', () => {
    const core = newCore();
    const odd = [
      span({ attributes: { 'http.response.status_code': 'abc', 'code.lineno': [] as never } }),
      { ...span(), durationNanos: Number.NaN, start: { seconds: Number.NaN, nanos: 0 } },
      { ...span(), durationNanos: Infinity },
      span({ name: '', scope: '', kind: 'unspecified' }),
      span({ traceId: '', spanId: '' }),
      span({ traceState: 'ot=th:zzzz,=,;;;' }),
      span({ kind: 'server', attributes: { 'http.request.method': 'GET', 'url.path': '%%%' } }),
      span({ name: '\u202e](command:x)<script>'.repeat(50) }),
    ];
    core.setRoutes({ routes: [{ framework: 'x', method: 'GET', path: '((((' }] });
    core.spans(odd, t0);
    core.settle(t0);
    assert.equal(numbers(core, () => true, at(0)).total?.count, odd.length);
    for (const row of core.searchTraces(
      { service: serviceKey('shop'), operations: [], kind: 'recent', limit: 50 },
      at(0),
    ))
      assert.ok(core.trace(row.traceId));
  });
});

describe('sampling', () => {
  it('by a threshold in tracestate counts exactly what the spans stand for', () => {
    const core = newCore();
    core.spans(
      Array.from({ length: 10 }, () => request('/a', { traceState: 'x=1,ot=th:8;rv:1' })),
      t0,
    );
    core.spans([request('/a', { traceState: 'ot=th:0' })], t0);
    core.settle(t0);
    const { total } = numbers(core, () => true, at(0));
    assert.equal(total?.count, 21);
    assert.equal(total.basis, 'weighted');
  });

  it('without one counts all', () => {
    const core = newCore();
    core.spans([request('/a', { traceState: 'vendor=th:8' })], t0);
    core.settle(t0);
    assert.deepEqual(numbers(core, () => true, at(0)).total?.basis, 'all');
  });
});

describe('spans of Micrometer Tracing', () => {
  it('name route and method in their own words', () => {
    const core = newCore();
    const attributes = {
      uri: '/pets/{id}',
      method: 'GET',
      outcome: 'SERVER_ERROR',
      status: '500',
      'http.url': '/pets/7',
    };
    const name = 'http get /pets/{id}';
    core.spans([span({ kind: 'server', name, scope: 'org.springframework.boot', attributes })], t0);
    core.settle(t0);
    const [operation] = core.operations().operations;
    assert.deepEqual(operation?.http, { method: 'GET', route: '/pets/{id}' });
    assert.equal(numbers(core, () => true, at(0)).total?.errors, 1);
  });
});
