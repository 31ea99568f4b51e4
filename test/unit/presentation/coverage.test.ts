import assert from 'node:assert/strict';
import type { Attribution } from '../../../src/domain/attribution.ts';
import type { Operation, OperationId } from '../../../src/domain/operation.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import {
  renderCoverage,
  type CoveredOperation,
} from '../../../src/presentation/viewModels/coverage.ts';

const service = serviceKey('shop');
const covered = (
  name: string,
  calls: number | undefined,
  kind: Attribution['kind'],
  more: Partial<Operation> = {},
): CoveredOperation => ({
  operation: {
    id: name as OperationId,
    service,
    source: 'span',
    kind: 'server',
    name,
    scope: 's',
    ...more,
  },
  attribution: {
    kind,
    operation: name as OperationId,
    steps: [],
    explanation: `because of ${name}`,
    telemetry: name,
    ...(kind === 'ambiguous' ? { candidates: [], rule: 'r' } : {}),
  } as unknown as Attribution,
  ...(calls === undefined ? {} : { calls }),
});

describe('the coverage report', () => {
  const report = (operations: readonly CoveredOperation[]) =>
    renderCoverage({
      environment: 'local',
      window: 'the last 1 h',
      services: [{ service, operations }],
      safe: (text) => text.replace(/\|/g, '\\|'),
    });

  it('counts what enters the service apart from inner spans, and leaves calls out aside', () => {
    const text = report([
      covered('GET /a', 90, 'owned'),
      covered('GET /b', 10, 'ambiguous'),
      covered('GET', 100, 'none'),
      covered('inner', 5, 'none', { kind: 'internal' }),
      covered('SELECT', 1_000, 'none', { kind: 'client' }),
      covered('GET /quiet', undefined, 'none'),
    ]);
    assert.match(text, /90 of 200 calls \(45 %\) land on a function, 10 on one of several/);
    assert.match(text, /Inner spans: 0 of 5 calls/);
    assert.doesNotMatch(text, /SELECT|quiet/);
  });

  it('names an inner span by itself, not by its request, and says what reads alike once', () => {
    const layer = { kind: 'internal', name: 'middleware - cors' } as const;
    const alike = (id: string, route: string): CoveredOperation => {
      const one = covered(id, 40, 'none', { ...layer, http: { method: 'GET', route } });
      return { ...one, attribution: { ...one.attribution, explanation: 'because of a library' } };
    };
    const text = report([alike('a', '/orders'), alike('b', '/products')]);
    const rows = text.split('\n').filter((line) => line.includes('because of'));
    assert.equal(rows.length, 1);
    assert.match(rows[0] ?? '', /^\| middleware - cors \| 80 \|/);
  });

  it('lists the largest without a function first, with the reason and one step', () => {
    const text = report([
      covered('GET /b', 10, 'ambiguous'),
      covered('GET', 100, 'none', { http: { method: 'GET' } }),
      covered('GET /c|d', 50, 'none', { http: { method: 'GET', route: '/c|d' } }),
    ]);
    const rows = text.split('\n').filter((line) => line.includes('because of'));
    assert.deepEqual(
      rows.map((row) => row.split(' | ').slice(0, 2).join(' ')),
      ['| GET 100', '| GET /c\\|d 50', '| GET /b 10'],
    );
    assert.match(rows[0] ?? '', /`http\.route` or `url\.path`/);
    assert.match(rows[1] ?? '', /prodlens\.json/);
    assert.match(rows[2] ?? '', /Choose Owner/);
  });
});
