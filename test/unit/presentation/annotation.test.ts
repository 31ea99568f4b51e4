import assert from 'node:assert/strict';

import { settings as catalogue } from '../../../src/config/catalogue.ts';
import type { Insight } from '../../../src/domain/insight.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { milliseconds, perSecond, ratio, unixMillis } from '../../../src/domain/units.ts';
import type { AnnotationSettings, Tone } from '../../../src/presentation/viewModels/annotation.ts';
import { renderAnnotation } from '../../../src/presentation/viewModels/annotation.ts';
import { parseTemplate } from '../../../src/presentation/viewModels/template.ts';
import * as build from './builders.ts';

const parsed = parseTemplate(catalogue['prodlens.annotations.format'].default);
assert.ok(parsed.ok);
const settings: AnnotationSettings = {
  template: parsed.value,
  show: 'all',
  thresholds: { p95Ms: 1000, errorRatio: 0.01 },
  window: '1h',
  now: build.now,
};
const minutes = (n: number) => unixMillis(build.now - n * 60_000);
const bare = { p95Ms: build.quantile(212), count: 34, source: 'spans' } as const;
const errorsUnknown = { ...bare, perSecond: perSecond(38), basis: 'all' } as const;
const sampled = { ...bare, basis: 'sample' } as const;

const table: readonly (readonly [string, Insight, string | undefined, Tone?])[] = [
  ['steady', build.insight(), 'p95 212 ms · 0.4 % err · 38/s · v2.3.1', 'steady'],
  [
    'another environment than production',
    build.insight({ environment: 'staging', production: false }),
    'staging · p95 212 ms · 0.4 % err · 38/s · v2.3.1',
    'steady',
  ],
  [
    'two releases',
    build.insight({ numbers: build.numbers({ releases: build.twoReleases() }) }),
    'p95 212 ms · 0.4 % err · 38/s · v2.3.1 90 % v2.4.0 10 %',
    'steady',
  ],
  [
    'regression',
    build.insight({
      numbers: build.numbers({ releases: build.twoReleases(), comparisons: [build.worse()] }),
    }),
    '▲ p95 212→690 ms in v2.4.0 (10 %) · 6.1 % err',
    'regression',
  ],
  [
    'regression of errors alone',
    build.insight({
      numbers: build.numbers({
        releases: build.twoReleases(),
        comparisons: [build.worse({ findings: build.worse().findings.slice(1) })],
      }),
    }),
    '▲ 0.4→6.1 % err in v2.4.0 (10 %) · p95 690 ms',
    'regression',
  ],
  [
    'before and after never colours alone',
    build.insight({
      numbers: build.numbers({
        releases: build.twoReleases(),
        comparisons: [build.worse({ basis: 'beforeAfter' })],
      }),
    }),
    'p95 212 ms · 0.4 % err · 38/s · v2.3.1 90 % v2.4.0 10 %',
    'steady',
  ],
  [
    'edited, errors unknown',
    build.insight({ drift: 'edited', numbers: build.numbers({ total: errorsUnknown }) }),
    'p95 212 ms · 38/s · v2.3.1 · edited',
    'steady',
  ],
  [
    'newer than every release',
    build.insight({ drift: 'notInRelease' }),
    'not in v2.3.1 yet',
    'stale',
  ],
  [
    'stale',
    build.insight({
      stale: true,
      numbers: build.numbers({ observedAt: minutes(7), total: errorsUnknown }),
    }),
    'p95 212 ms · 38/s · v2.3.1 · 7 min old',
    'stale',
  ],
  [
    'less data than the window asks for',
    build.insight({
      numbers: build.numbers({
        window: { from: minutes(12), to: minutes(0) },
        total: errorsUnknown,
      }),
    }),
    'p95 212 ms · 38/s · v2.3.1 · last 12 min',
    'steady',
  ],
  [
    'no errors are known to be none',
    build.insight({ numbers: build.numbers({ total: build.stats({ errorRatio: ratio(0) }) }) }),
    'p95 212 ms · 0 % err · 38/s · v2.3.1',
    'steady',
  ],
  [
    'lower bounds never read 0 %',
    build.insight({
      numbers: build.numbers({
        total: build.stats({ errorRatio: ratio(0), perSecond: perSecond(0.05), lowerBound: true }),
      }),
    }),
    'p95 212 ms · ≥ 3/min · v2.3.1',
    'steady',
  ],
  [
    'a sample has no rate',
    build.insight({ numbers: build.numbers({ total: sampled }) }),
    'p95 212 ms · sample of 34 · v2.3.1',
    'steady',
  ],
  [
    'no call in a sample is not known to be none',
    build.insight({
      state: 'noTraffic',
      numbers: build.numbers({
        sample: { traces: 400, covered: milliseconds(60_000), backend: 'Jaeger' },
      }),
    }),
    'not in 400 sampled traces',
    'stale',
  ],
  [
    'requests that the backend counted are those that it keeps',
    build.insight({
      numbers: build.numbers({
        total: sampled,
        sample: {
          traces: 400,
          covered: milliseconds(60_000),
          backend: 'Tempo',
          counted: 'TraceQL metrics',
        },
      }),
    }),
    'p95 212 ms · 34 kept · v2.3.1',
    'steady',
  ],
  [
    'no call among the requests that are kept is not known to be none',
    build.insight({
      state: 'noTraffic',
      numbers: build.numbers({
        sample: {
          traces: 400,
          covered: milliseconds(60_000),
          backend: 'Tempo',
          counted: 'TraceQL metrics',
        },
      }),
    }),
    'not in 400 kept requests',
    'stale',
  ],
  [
    'a sample whose bounds hold the threshold is not over it',
    build.insight({
      numbers: build.numbers({
        total: { ...sampled, p95Ms: { ...build.quantile(1_240), low: milliseconds(900) } },
      }),
    }),
    'p95 ~1.2 s · sample of 34 · v2.3.1',
    'steady',
  ],
  [
    'over the threshold',
    build.insight({
      numbers: build.numbers({ total: build.stats({ p95Ms: build.quantile(1_240) }) }),
    }),
    'p95 1.2 s · 0.4 % err · 38/s · v2.3.1',
    'attention',
  ],
  [
    'over its own objective, though under the threshold',
    build.insight({ objective: { p95Ms: 200 } }),
    'p95 212 ms · 0.4 % err · 38/s · v2.3.1',
    'attention',
  ],
  [
    'within its own objective, though over the thresholds',
    build.insight({
      objective: { p95Ms: 1_500, errorRatio: 0.05 },
      numbers: build.numbers({
        total: build.stats({ p95Ms: build.quantile(1_240), errorRatio: ratio(0.03) }),
      }),
    }),
    'p95 1.2 s · 3 % err · 38/s · v2.3.1',
    'steady',
  ],
  [
    'within its objective for latency, over the threshold for errors',
    build.insight({
      objective: { p95Ms: 1_500 },
      numbers: build.numbers({ total: build.stats({ errorRatio: ratio(0.03) }) }),
    }),
    'p95 212 ms · 3 % err · 38/s · v2.3.1',
    'attention',
  ],
  [
    'no version',
    build.insight({ numbers: build.numbers({ releases: [build.release({ version: '' })] }) }),
    'p95 212 ms · 0.4 % err · 38/s · unknown release',
    'steady',
  ],
  [
    'errors of stacks, without a rate',
    build.stackErrors(),
    '12 errors thrown here · 1 error passed through · v2.4.0 v2.3.1',
    'attention',
  ],
  [
    'errors that only passed through need no attention of their own',
    build.stackErrors({
      production: false,
      environment: 'local',
      errors: { thrown: 0, passing: 3, releases: [{ version: '2.4.0', thrown: 0, passing: 3 }] },
    }),
    'local · 3 errors passed through · v2.4.0',
    'steady',
  ],
  [
    'errors of stacks that may be more',
    build.stackErrors({
      stale: true,
      numbers: build.numbers({
        total: { errors: 13, basis: 'all', lowerBound: true, source: 's' },
        observedAt: minutes(7),
      }),
    }),
    '≥ 12 errors thrown here · ≥ 1 error passed through · v2.4.0 v2.3.1 · 7 min old',
    'stale',
  ],
  ['no traffic', build.insight({ state: 'noTraffic' }), 'no calls in the last 1 h', 'stale'],
  ['not instrumented', build.insight({ state: 'notInstrumented' }), undefined],
  ['no service', build.insight({ state: 'unknownService' }), undefined],
  ['unreachable without earlier numbers', build.insight({ state: 'unreachable' }), undefined],
  [
    'unreachable with the last good numbers',
    build.insight({
      state: 'unreachable',
      stale: true,
      numbers: build.numbers({ observedAt: minutes(7) }),
    }),
    'p95 212 ms · 0.4 % err · 38/s · v2.3.1 · 7 min old',
    'stale',
  ],
  [
    'ambiguous',
    build.insight({ state: 'ambiguous', candidates: [build.decl(), build.decl()] }),
    '2 functions could own this telemetry',
    'stale',
  ],
];

describe('annotation', () => {
  for (const [name, insight, text, tone] of table)
    it(name, () => {
      const annotation = renderAnnotation([insight], settings);
      assert.equal(annotation?.text, text);
      assert.equal(annotation?.tone, tone);
    });

  it('shows only what needs attention where that is asked for', () => {
    const attention = { ...settings, show: 'attention' } as const;
    assert.equal(renderAnnotation([build.insight()], attention), undefined);
    assert.equal(renderAnnotation([build.insight({ state: 'noTraffic' })], attention), undefined);
    const failing = build.insight({
      numbers: build.numbers({ total: build.stats({ errorRatio: ratio(0.03) }) }),
    });
    assert.equal(renderAnnotation([failing], attention)?.tone, 'attention');
  });

  it('names the services where a function runs in several, the worst first', () => {
    const slow = build.numbers({ total: build.stats({ p95Ms: build.quantile(2_000) }) });
    const annotation = renderAnnotation(
      [build.insight(), build.insight({ service: serviceKey('admin'), numbers: slow })],
      settings,
    );
    assert.match(annotation?.text ?? '', /^admin: p95 2 s .* ‖ shop: p95 212 ms /);
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) =>
      build.insight({ service: serviceKey(name) }),
    );
    const text = renderAnnotation(all.slice(0, 5), settings)?.text ?? '';
    assert.deepEqual(
      text.split(' ‖ ').map((part) => part.slice(0, 7)),
      ['a: p95 ', 'b: p95 ', 'c: p95 ', 'd: p95 ', 'e: p95 '],
    );
    assert.match(renderAnnotation(all, settings)?.text ?? '', / ‖ \+2 services$/);
    assert.equal(annotation?.tone, 'attention');
  });

  it('shows hostile versions as text of one line', () => {
    const hostile = build.release({ version: `1\n\u202e${'x'.repeat(500)}` });
    const text = renderAnnotation(
      [build.insight({ numbers: build.numbers({ releases: [hostile] }) })],
      settings,
    )?.text;
    assert.ok(text !== undefined && text.length < 100);
    assert.doesNotMatch(text, /[\n\u202e]/);
  });
});
