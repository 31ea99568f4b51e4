import assert from 'node:assert/strict';
import { routeShape } from '../../../src/attribution/routeShape.ts';

import { compileTemplate } from '../../../src/domain/routeTemplate.ts';
import { numbersFrom } from '../randomNumbers.ts';
import { declaredMatcher, traitsOf } from './declaredRoutes.ts';

/** A route without any syntax: static segments, and parameters as undefined. */
type Segments = readonly (string | undefined)[];

const words = ['users', 'orders', 'v1', 'me', 'a-b', 'x.json', 'items', 'search'];

function segmentsFrom(random: (below: number) => number): Segments {
  return Array.from({ length: 1 + random(5) }, () =>
    random(3) === 0 ? undefined : words[random(words.length)],
  );
}

/** How frameworks write a route. */
const syntaxes: Readonly<Record<string, (segments: Segments) => string>> = {
  express: written((i) => `:p${i}`),
  fastapi: written((i) => `{p${i}}`),
  flask: written((i) => `<int:p${i}>`),
  'django path': (segments) => `${written((i) => `<str:p${i}>`)(segments).slice(1)}/`,
  'django regex': (segments) => `${written((i) => `(?P<p${i}>[^/.]+)`)(segments).slice(1)}/$`,
  next: written((i) => `[p${i}]`),
  'chi with a pattern': written((i) => `{p${i}:[0-9]+}`),
};

function written(parameter: (i: number) => string): (segments: Segments) => string {
  return (segments) => segments.map((s, i) => `/${s ?? parameter(i)}`).join('');
}

const pathOf = (segments: Segments, fill = '7'): string =>
  segments.map((s) => `/${s ?? fill}`).join('');

describe('templates of any framework', () => {
  const random = numbersFrom(1);
  const samples = Array.from({ length: 300 }, () => segmentsFrom(random));

  it('have one shape for one route, whatever the syntax', () => {
    for (const segments of samples) {
      const shapes = Object.values(syntaxes).map((write) => routeShape(write(segments)).shape);
      const [first = ''] = shapes;
      assert.deepEqual(new Set(shapes), new Set([pathOf(segments, '{}')]));
      assert.equal(routeShape(first).shape, first);
    }
  });

  it('match the paths that they stand for, and none that is longer or shorter', () => {
    for (const segments of samples)
      for (const [syntax, write] of Object.entries(syntaxes)) {
        const [framework = ''] = syntax.split(' ');

        const { pattern } = compileTemplate(write(segments), traitsOf(framework));
        const slash = framework === 'django' ? '/' : '';
        const path = `${pathOf(segments)}${slash}`;
        assert.match(path, pattern, `${syntax} ${write(segments)}`);
        assert.doesNotMatch(`/${words[0] ?? ''}${path}${path}`, pattern);
        assert.doesNotMatch(`${pathOf(segments.slice(1))}${slash}`, pattern);
      }
  });
});

describe('a table of many routes', () => {
  const random = numbersFrom(2);
  const tables = Array.from({ length: 40 }, () =>
    Array.from({ length: 1 + random(60) }, () => segmentsFrom(random)),
  );
  const fits = (segments: Segments, path: string): boolean => {
    const asked = path.slice(1).split('/');
    return (
      asked.length === segments.length &&
      segments.every((s, i) => s === undefined || s === asked[i])
    );
  };
  const paths = (routes: readonly Segments[]): readonly string[] => [
    ...routes.map((r) => pathOf(r, '7')),
    ...routes.map((r) => pathOf(r, words[random(words.length)])),
    '/none/of/them/at/all/x',
  ];

  it('gives the first registered route that fits, where the framework does', () => {
    for (const routes of tables) {
      const match = declaredMatcher({
        routes: routes.map((segments) => ({
          framework: 'express',
          method: 'GET',
          path: written((i) => `:p${i}`)(segments),
        })),
      });
      for (const path of paths(routes)) {
        const wanted = routes.find((segments) => fits(segments, path));
        assert.equal(
          match('GET', path)?.path,
          wanted === undefined ? undefined : written((i) => `:p${i}`)(wanted),
          path,
        );
      }
    }
  });

  it('gives the route that is static for longest, where the framework does', () => {
    const rank = (segments: Segments): string =>
      segments.map((s) => (s === undefined ? '1' : '0')).join('');
    for (const routes of tables) {
      const match = declaredMatcher({
        routes: routes.map((segments) => ({
          framework: 'fastify',
          method: 'GET',
          path: written((i) => `:p${i}`)(segments),
        })),
      });
      for (const path of paths(routes)) {
        const [wanted] = routes
          .filter((segments) => fits(segments, path))
          .sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
        assert.equal(
          match('GET', path)?.path,
          wanted === undefined ? undefined : written((i) => `:p${i}`)(wanted),
          path,
        );
      }
    }
  });

  it('of ten thousand, each with a beginning of its own, is made and asked', () => {
    const match = declaredMatcher({
      routes: Array.from({ length: 10_000 }, (_, i) => ({
        framework: 'fastify',
        method: 'GET',
        path: `/part${i}/:id`,
      })),
    });
    assert.equal(match('GET', '/part9999/7')?.path, '/part9999/:id');
  });
});
