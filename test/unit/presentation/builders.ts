import type { FunctionDecl, FunctionId } from '../../../src/domain/functionDecl.ts';
import type { Insight } from '../../../src/domain/insight.ts';
import type { OperationId } from '../../../src/domain/operation.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import type {
  Comparison,
  FunctionNumbers,
  FunctionStats,
  Quantile,
  ReleaseNumbers,
} from '../../../src/domain/stats.ts';
import { milliseconds, perSecond, ratio, unixMillis } from '../../../src/domain/units.ts';

/** 2026-01-05 14:00 UTC. */
export const now = 1_767_621_600_000;
const minute = 60_000;

export const quantile = (value: number, spread = 0.03): Quantile => ({
  value: milliseconds(value),
  low: milliseconds(value * (1 - spread)),
  high: milliseconds(value * (1 + spread)),
});

export const stats = (over: Partial<FunctionStats> = {}): FunctionStats => ({
  count: 136_800,
  perSecond: perSecond(38),
  errorRatio: ratio(0.004),
  errors: 547,
  p50Ms: quantile(40),
  p95Ms: quantile(212),
  p99Ms: quantile(480),
  basis: 'all',
  source: 'spans of the local receiver',
  ...over,
});

export const release = (over: Partial<ReleaseNumbers> = {}): ReleaseNumbers => ({
  version: '2.3.1',
  run: 0,
  running: true,
  share: ratio(1),
  firstSeen: unixMillis(now - 300 * minute),
  lastSeen: unixMillis(now - 1_000),
  commit: 'a1b2c3d4e5f6a7b8',
  stats: stats(),
  ...over,
});

export const twoReleases = (): readonly ReleaseNumbers[] => [
  release({
    version: '2.4.0',
    share: ratio(0.1),
    firstSeen: unixMillis(now - 25 * minute),
    commit: '9f8e7d6c5b4a3928',
    stats: stats({
      perSecond: perSecond(3.8),
      p95Ms: quantile(690),
      p99Ms: quantile(1_240),
      errorRatio: ratio(0.061),
    }),
  }),
  release({ share: ratio(0.9), stats: stats({ perSecond: perSecond(34) }) }),
];

export const worse = (over: Partial<Comparison> = {}): Comparison => ({
  verdict: 'worse',
  release: '2.4.0',
  baseline: '2.3.1',
  basis: 'concurrent',
  findings: [
    { metric: 'p95', verdict: 'worse', from: 212, to: 690, calls: 5_700, baselineCalls: 51_000 },
    {
      metric: 'errors',
      verdict: 'worse',
      from: 0.004,
      to: 0.061,
      calls: 5_700,
      baselineCalls: 51_000,
    },
  ],
  ...over,
});

export const numbers = (over: Partial<FunctionNumbers> = {}): FunctionNumbers => ({
  key: 'k',
  window: { from: unixMillis(now - 60 * minute), to: unixMillis(now) },
  observedAt: unixMillis(now - 12_000),
  serviceAlive: true,
  total: stats(),
  releases: [release()],
  exceptions: [],
  series: [],
  comparisons: [],
  ...over,
});

export const decl = (over: Partial<FunctionDecl> = {}): FunctionDecl => ({
  id: 'src/server.js#getOrder' as FunctionId,
  name: 'getOrder',
  kind: 'function',
  language: 'javascript',
  path: '/work/src/server.js',
  range: { start: { line: 5, character: 0 }, end: { line: 7, character: 1 } },
  selectionRange: { start: { line: 5, character: 15 }, end: { line: 5, character: 23 } },
  declarationLine: 5,
  ...over,
});

export const insight = (over: Partial<Insight> = {}): Insight => ({
  id: '0123456789abcdef',
  function: decl(),
  state: 'observed',
  environment: 'production',
  production: true,
  service: serviceKey('shop'),
  numbers: numbers(),
  attribution: [
    {
      operation: 'o' as OperationId,
      rule: 'httpRoute',
      confidence: 'strong',
      telemetry: 'GET /orders/:id (server span)',
      explanation: 'the route GET /orders/:id is registered with getOrder',
      steps: [],
    },
  ],
  ...over,
});

/** Errors of a function that no span names. */
export const stackErrors = (over: Partial<Insight> = {}): Insight => {
  const of = (errors: number): FunctionStats => ({
    errors,
    basis: 'all',
    source: 'spans of the local receiver',
  });
  return insight({
    errors: {
      thrown: 12,
      passing: 1,
      releases: [
        { version: '2.4.0', thrown: 11, passing: 1 },
        { version: '2.3.1', thrown: 1, passing: 0 },
      ],
    },
    numbers: numbers({
      total: of(13),
      releases: [release({ version: '2.4.0', stats: of(12) }), release({ stats: of(1) })],
      exceptions: [
        {
          type: 'RangeError',
          messageShape: 'no tea left',
          count: 13,
          lastSeen: unixMillis(now - minute),
          releases: ['2.4.0', '2.3.1'],
          frames: [{ functionName: 'take', filePath: '/srv/shop/stock.js', line: 8 }],
          framesOf: '2.4.0',
          traceId: 'ab',
        },
      ],
    }),
    attribution: [
      {
        rule: 'stack-frame',
        confidence: 'exact',
        telemetry: 'exception.stacktrace',
        explanation: 'stack traces of exceptions say that they were thrown in this function',
        steps: [],
      },
    ],
    ...over,
  });
};
