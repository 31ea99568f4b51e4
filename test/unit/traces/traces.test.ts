import assert from 'node:assert/strict';
import { serviceKey } from '../../../src/domain/service.ts';
import type { TraceSummary } from '../../../src/domain/trace.ts';
import { milliseconds, unixMillis } from '../../../src/domain/units.ts';
import {
  ageText,
  parseTraceFilter,
  releasesOf,
  rowHas,
  traceRows,
} from '../../../src/presentation/viewModels/traces.ts';

const now = 1_800_000_000_000;
const summary = (traceId: string, given: Partial<TraceSummary> = {}): TraceSummary => ({
  traceId,
  startedAt: unixMillis(now - 60_000),
  duration: milliseconds(12),
  failed: false,
  release: 'v1',
  service: serviceKey('shop'),
  name: 'GET /cart',
  spanCount: 3,
  ...given,
});

describe('traceRows', () => {
  const groups = [
    {
      kind: 'recent' as const,
      traces: [summary('old', { startedAt: unixMillis(now - 9e5) }), summary('new')],
    },
    {
      kind: 'slow' as const,
      traces: [summary('fast'), summary('slow', { duration: milliseconds(1240), release: 'v2' })],
    },
    {
      kind: 'failed' as const,
      traces: [summary('bad', { failed: true, exceptionType: 'PaymentError', spanCount: 1 })],
    },
  ];

  it('shows slow ones by duration, then failed, then the newest, in whatever order answers came', () => {
    assert.deepEqual(
      traceRows(groups, now).map(({ kind, summary: { traceId } }) => `${kind} ${traceId}`),
      ['slow slow', 'slow fast', 'failed bad', 'recent new', 'recent old'],
    );
  });

  it('says duration, status, exception, release, age, name and size', () => {
    const row = traceRows(groups, now).find(({ summary: { traceId } }) => traceId === 'bad');
    assert.equal(row?.label, '$(error) 12 ms');
    assert.equal(row.description, 'PaymentError · v1 · 1 min ago');
    assert.equal(row.detail, 'GET /cart · shop · 1 span');
  });

  it('filters by release, the unknown one too', () => {
    assert.deepEqual(releasesOf(groups), ['v1', 'v2']);
    assert.equal(traceRows(groups, now, 'v2').length, 1);
    assert.equal(traceRows(groups, now, '').length, 0);
  });

  it('lets telemetry draw no icons and hide nothing', () => {
    const hostile = summary('x', {
      name: '$(rocket) \u202egpj.exe',
      release: '$(check)',
      exceptionType: 'a\nb',
      failed: true,
    });
    const [row] = traceRows([{ kind: 'recent', traces: [hostile] }], now);
    assert.ok(!`${row?.description} ${row?.detail}`.includes('$('));
    assert.match(row?.detail ?? '', /\\u202egpj/);
    assert.match(row?.description ?? '', /a\\u000ab/);
  });
});

describe('ageText', () => {
  it('reads as a person would say it; the future is now', () => {
    const cases = [
      [-5000, 'just now'],
      [59_000, '59 s ago'],
      [61_000, '1 min ago'],
      [180_000, '3 min ago'],
      [3 * 3_600_000, '3 h ago'],
      [72 * 3_600_000, '3 days ago'],
    ] as const;
    for (const [age, text] of cases) assert.equal(ageText(age), text);
  });
});

describe('what is typed into the trace picker', () => {
  it('is words, attributes with their values, or one that is not complete yet', () => {
    assert.deepEqual(parseTraceFilter('Timeout v1'), {
      attributes: [],
      words: ['timeout', 'v1'],
      structured: false,
    });
    assert.deepEqual(parseTraceFilter('http.route=/cart  enduser.id="a b" v1 tag='), {
      attributes: [
        { key: 'http.route', value: '/cart' },
        { key: 'enduser.id', value: 'a b' },
      ],
      words: ['v1'],
      structured: true,
    });
    assert.deepEqual(parseTraceFilter('q="a b').attributes, [{ key: 'q', value: 'a b' }]);
    assert.deepEqual(parseTraceFilter('url=/x?y=1').attributes, [{ key: 'url', value: '/x?y=1' }]);
  });

  it('finds its words in any part of a row', () => {
    const [row] = traceRows([{ kind: 'recent', traces: [summary('a')] }], now);
    assert.ok(row);
    assert.ok(rowHas(row, ['cart', 'v1']));
    assert.ok(!rowHas(row, ['cart', 'v2']));
  });
});
