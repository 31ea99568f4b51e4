import assert from 'node:assert/strict';
import type { RouteMatcher } from '../../../src/domain/routeMatch.ts';
import { declaredMatcher } from './declaredRoutes.ts';

type Case = readonly [
  framework: string,
  routes: readonly string[],
  request: string,
  expected: string | undefined,
];

const split = (text: string): readonly [string, string] => {
  const space = text.indexOf(' ');
  return [text.slice(0, space), text.slice(space + 1)];
};

function match(framework: string, routes: readonly string[], request: string): string | undefined {
  const matcher = declaredMatcher({
    routes: routes.map((r) => ({ framework, method: split(r)[0], path: split(r)[1] })),
  });
  return matcher(...split(request))?.path;
}

const cases: readonly Case[] = [
  ['express', ['GET /users/:id'], 'GET /users/7', '/users/:id'],
  ['express', ['GET /users/:id'], 'GET /users/7/', '/users/:id'],
  ['express', ['GET /users/:id'], 'GET /users/7?x=/a', '/users/:id'],
  ['express', ['GET /users/:id'], 'POST /users/7', undefined],
  ['express', ['GET /users/:id'], 'HEAD /users/7', '/users/:id'],
  ['express', ['GET /users/:id'], 'GET /users/7/posts', undefined],
  ['express', ['* /health'], 'PATCH /health', '/health'],
  ['express', ['GET /:name', 'GET /me'], 'GET /me', '/:name'],
  ['fastify', ['GET /:name', 'GET /me'], 'GET /me', '/me'],
  [
    'fastify',
    ['GET /api/tasks/:filename/image', 'GET /api/tasks/download/csv'],
    'GET /api/tasks/download/csv',
    '/api/tasks/download/csv',
  ],
  ['fastify', ['GET /a/*', 'GET /a/:b'], 'GET /a/x', '/a/:b'],
  ['fastify', ['GET /a/*', 'GET /a/:b'], 'GET /a/x/y', '/a/*'],
  [
    'net/http',
    ['GET /v1/feeds/{feedID}', 'GET /v1/feeds/counters'],
    'GET /v1/feeds/counters',
    '/v1/feeds/counters',
  ],
  ['net/http', ['GET /{$}', 'GET /v1/feeds/{feedID}'], 'GET /v1/feeds/9', '/v1/feeds/{feedID}'],
  ['net/http', ['GET /{$}'], 'GET /else', undefined],
  ['net/http', ['GET /{$}'], 'GET /', '/{$}'],
  ['net/http', ['GET /files/{path...}'], 'GET /files/a/b', '/files/{path...}'],
  ['net/http', ['GET /static/'], 'GET /static/a/b.css', '/static/'],
  [
    'chi',
    ['GET /articles/{articleID}', 'GET /articles/{slug:[a-z-]+}'],
    'GET /articles/some-thing',
    '/articles/{slug:[a-z-]+}',
  ],
  [
    'chi',
    ['GET /articles/{articleID}', 'GET /articles/{slug:[a-z-]+}'],
    'GET /articles/12',
    '/articles/{articleID}',
  ],
  ['net/http', ['* /orders/{id}', 'GET /orders/{id}'], 'GET /orders/7', '/orders/{id}'],
  ['gorilla/mux', ['GET /{page}', 'GET /about'], 'GET /about', '/{page}'],
  ['gorilla/mux', ['GET /orders/'], 'GET /orders/7', undefined],
  ['fiber', ['GET /book/:id<int>'], 'GET /book/7', '/book/:id<int>'],
  ['fiber', ['GET /:page', 'GET /about'], 'GET /about', '/:page'],
  ['fastapi', ['GET /items/'], 'GET /items', undefined],
  ['fastapi', ['GET /files/{p:path}'], 'GET /files/a/b', '/files/{p:path}'],
  ['flask', ['GET /users/<int:id>'], 'GET /users/x', undefined],
  ['flask', ['GET /users/<int:id>'], 'GET /users/42', '/users/<int:id>'],
  ['flask', ['GET /<path:route>'], 'GET /a/b', '/<path:route>'],
  [
    'django',
    ['GET api/feedings/(?P<pk>[^/.]+)/$'],
    'GET /api/feedings/3/',
    'api/feedings/(?P<pk>[^/.]+)/$',
  ],
  ['next', ['GET /api/teams/[teamId]', 'GET /api/teams/me'], 'GET /api/teams/me', '/api/teams/me'],
  ['next', ['GET /docs/[...slug]'], 'GET /docs/a/b', '/docs/[...slug]'],
  ['next', ['GET /docs/[[...slug]]'], 'GET /docs', '/docs/[[...slug]]'],
  ['spring', ['GET /owners/{id}', 'GET /owners/new'], 'GET /owners/new', '/owners/new'],
  ['express', ['GET /a/:id?'], 'GET /a', '/a/:id?'],
  ['express', ['GET /:file.:ext'], 'GET /a.png', '/:file.:ext'],
  ['express', ['GET /'], 'GET /', '/'],
];

describe('route match', () => {
  for (const [framework, routes, request, expected] of cases)
    it(`${framework}: ${request} among ${routes.join(', ')} is ${expected ?? 'none'}`, () => {
      assert.equal(match(framework, routes, request), expected);
    });

  it('names none when two programs of the workspace claim the path with different templates', () => {
    const matcher = declaredMatcher({
      routes: [
        { framework: 'express', method: 'GET', path: '/:page' },
        { framework: 'gin', method: 'GET', path: '/about' },
      ],
    });
    assert.equal(matcher('GET', '/about'), undefined);
    assert.equal(matcher('GET', '/else')?.framework, 'express');
  });

  it('names none when two programs of one framework do, and what one program would take first', () => {
    const routes = (own: number, other: number): RouteMatcher =>
      declaredMatcher({
        routes: [
          { framework: 'express', method: 'GET', path: '/:page', programs: [own] },
          { framework: 'express', method: 'GET', path: '/about', programs: [other] },
        ],
      });
    assert.equal(routes(0, 1)('GET', '/about'), undefined);
    assert.equal(routes(0, 0)('GET', '/about')?.path, '/:page');
  });

  it('keeps the order of registration among routes found by different segments', () => {
    const paths = ['/:tenant/orders/:id', '/shop/:kind/:id', '/:a/:b/last', '/:a(.+)/orders/:id'];
    const table = paths.map((path) => ({ framework: 'express', method: 'GET', path }));
    const first = declaredMatcher({ routes: table });
    const reversed = declaredMatcher({ routes: [...table].reverse() });
    assert.equal(first('GET', '/shop/orders/7')?.path, '/:tenant/orders/:id');
    assert.equal(first('GET', '/shop/other/7')?.path, '/shop/:kind/:id');
    assert.equal(first('GET', '/x/y/last')?.path, '/:a/:b/last');
    assert.equal(reversed('GET', '/shop/orders/last')?.path, '/:a(.+)/orders/:id');
    assert.equal(reversed('GET', '/shop/other/last')?.path, '/:a/:b/last');
  });

  it('does not run constraints that could take for ever, nor paths without end', () => {
    const matcher = declaredMatcher({
      routes: [{ framework: 'chi', method: 'GET', path: '/{a:(a+)+$}' }],
    });
    assert.equal(matcher('GET', `/${'a'.repeat(40)}!`)?.path, '/{a:(a+)+$}');
    assert.equal(matcher('GET', `/${'a'.repeat(5000)}`), undefined);
  });
});

describe('routes behind a handler that the instrumentation reports', () => {
  const matcher = declaredMatcher({
    routes: [
      { framework: 'express', method: 'GET', path: '/:page' },
      { framework: 'next', method: '*', path: '/api/trpc/[trpc]' },
      { framework: 'react-router', method: 'GET', path: '/products/:id', delegated: 'catchAll' },
      { framework: 'trpc', method: 'GET', path: '/api/trpc/user.byId', delegated: 'procedure' },
    ],
  });

  it('match the rest of a path where the template says so', () => {
    const rest = declaredMatcher({
      routes: [
        { framework: 'micronaut', method: 'GET', path: '/rooms/{id}/plans/{+path}' },
        { framework: 'fiber', method: 'GET', path: '/files/+' },
      ],
    });
    assert.equal(rest('GET', '/rooms/1/plans/ground/east')?.framework, 'micronaut');
    assert.equal(rest('GET', '/rooms/1/plans/'), undefined);
    assert.equal(rest('GET', '/files/a/b')?.framework, 'fiber');
  });

  it('are found behind a catch-all, where no route of another framework can be meant', () => {
    for (const all of ['*', '/*', '/*splat', '/{*path}', '/[...path]'])
      assert.equal(matcher('GET', '/products/7', all)?.path, '/products/:id');
    assert.equal(matcher('GET', '/about', '*'), undefined);
  });

  it('are procedures only, behind a parameter', () => {
    assert.equal(matcher('GET', '/api/trpc/user.byId', '/api/trpc/[trpc]')?.framework, 'trpc');
    assert.equal(matcher('GET', '/api/trpc/user.other', '/api/trpc/[trpc]'), undefined);
    assert.equal(matcher('GET', '/products/7', '/products/:id'), undefined);
    assert.equal(matcher('GET', '/api/trpc/user.byId', '/api/trpc'), undefined);
  });

  it('are procedures before the handler that serves them all', () => {
    assert.equal(matcher('GET', '/api/trpc/user.byId')?.framework, 'trpc');
    assert.equal(matcher('GET', '/api/trpc/user.byId,post.list')?.framework, 'next');
  });
});
