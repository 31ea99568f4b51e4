import assert from 'node:assert/strict';

import { linkableCommandIds } from '../../../src/commands/ids.ts';
import type { FunctionId } from '../../../src/domain/functionDecl.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { milliseconds, ratio, unixMillis } from '../../../src/domain/units.ts';
import {
  DeclarationLines,
  innermostFunction,
} from '../../../src/presentation/viewModels/declarationLines.ts';
import type { HoverSettings } from '../../../src/presentation/viewModels/hoverCard.ts';
import { renderHoverCard } from '../../../src/presentation/viewModels/hoverCard.ts';
import {
  byAttention,
  renderServicesCard,
} from '../../../src/presentation/viewModels/servicesCard.ts';
import { renderSparkline } from '../../../src/presentation/viewModels/sparkline.ts';
import { renderStatus } from '../../../src/presentation/viewModels/statusText.ts';
import * as build from './builders.ts';

const settings: HoverSettings = {
  window: '1h',
  theme: 'dark',
  now: build.now,
  canRollBack: true,
  sources: new Map(),
};
const series = [0, 1, 2, 10, 11].map((minute) => ({
  at: unixMillis(build.now - (30 - minute) * 60_000),
  count: 10,
  errors: minute === 2 ? 3 : 0,
  p95Ms: milliseconds(100 + minute),
}));

describe('the card of a function that several services run', () => {
  const of = (service: string, over = {}) =>
    build.insight({ id: service, service: serviceKey(service), ...over });
  const slow = build.numbers({ releases: build.twoReleases(), comparisons: [build.worse()] });
  const rowsOf = (text: string | undefined): readonly string[] =>
    (text ?? '')
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2);

  it('has a row for every service with its own numbers and explanation, the worst first', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const card = renderServicesCard(
      [
        ...names.map((name) => of(name)),
        of('worse', { numbers: slow }),
        of('quiet', { state: 'noTraffic', numbers: undefined }),
      ],
      '1h',
    );
    const rows = rowsOf(card);
    assert.equal(rows.length, 7);
    assert.match(rows[0] ?? '', /^\| ▲ worse \|/);
    for (const [i, name] of names.entries()) {
      assert.match(rows[i + 1] ?? '', new RegExp(`^\\| ${name} \\| &ensp;38 \\|.*212\\s*ms`));
      assert.ok(rows[i + 1]?.includes(encodeURIComponent(`{"insight":"${name}"}`)));
    }
    assert.match(rows[6] ?? '', /^\| quiet \| .*–.*no calls in the window/);
    assert.match(card ?? '', /in 7 services, each by itself/);
  });

  it('is not there for one service, nor counts those without anything to say', () => {
    const nothing = of('b', { state: 'notInstrumented', numbers: undefined });
    assert.equal(renderServicesCard([of('a'), nothing], '1h'), undefined);
    assert.deepEqual(
      byAttention([nothing, of('a')]).map((i) => i.service),
      ['a'],
    );
  });

  it('shows names of services as text', () => {
    const card = renderServicesCard([of('a|b](command:x)'), of('c')], '1h') ?? '';
    assert.doesNotMatch(card, /\]\(command:x\)/);
    assert.equal(rowsOf(card).length, 2);
  });
});

describe('hover card', () => {
  const card = (over = {}): string => renderHoverCard(build.insight(over), settings) ?? '';

  it('has a row per running release, then the past ones with their end and no share', () => {
    const past = build.release({ version: '2.3.0', running: false });
    const text = card({
      numbers: build.numbers({
        releases: [past, ...build.twoReleases()],
        comparisons: [build.worse()],
      }),
    });
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    assert.equal(rows.length, 5);
    assert.match(rows[2] ?? '', /v2\\\.3\\\.1 `a1b2c3d` .*90\u00a0%.*34.*baseline/);
    assert.match(
      rows[3] ?? '',
      /v2\\\.4\\\.0 .*10\u00a0%.*\*\*690\u00a0ms\u00a0▲\*\*.*\*\*6\.1\u00a0%\u00a0▲\*\*.*worse/,
    );
    assert.match(rows[4] ?? '', /_v2\\\.3\\\.0 ended \d\d:\d\d_/);
    assert.doesNotMatch(rows[4] ?? '', /100\s%/);
    assert.match(
      text,
      /p95 of successful calls 212→690 ms · errors 0\.4→6\.1 % \(5700 calls against 51k\)/,
    );
  });

  it('of a function in stacks alone counts errors per release, and shows nothing that needs a count of calls', () => {
    const insight = build.stackErrors();
    const [group] = insight.numbers?.exceptions ?? [];
    const sources = new Map([
      [group!, { place: 'stock.js:10', address: 'file:///w/stock.js#L10' }],
    ]);
    const text = renderHoverCard(insight, { ...settings, sources })?.replaceAll('\\', '') ?? '';
    const rows = text.split('\n').filter((line) => line.startsWith('| '));
    assert.match(rows[0] ?? '', /release.*thrown here.*passed through/);
    assert.match(rows[2] ?? '', /v2\.4\.0 .*ensp;11 .*ensp;1 \|/);
    assert.match(rows[3] ?? '', /v2\.3\.1 .*ensp;1 .*ensp;– \|/);
    assert.match(text, /13 × \*\*RangeError\*\*: no tea left — \[stock\.js:10\]\(file:/);
    assert.match(text, /No span names this function/);
    assert.match(text, /A failing trace/);
    assert.doesNotMatch(text, /p95|calls\/s|\d %|Slowest/);
  });

  it('links only to commands that a hover may run, with nothing but an opaque id', () => {
    const text = card({
      numbers: build.numbers({ releases: build.twoReleases() }),
    });
    const links = [...text.matchAll(/\]\(command:([^?)]+)\?([^)]+)\)/g)];
    assert.equal(links.length, 6);
    for (const [, command, argument] of links) {
      assert.ok((linkableCommandIds as readonly string[]).includes(command!));
      const [decoded] = JSON.parse(decodeURIComponent(argument!)) as [Record<string, string>];
      assert.equal(decoded['insight'], '0123456789abcdef');
      assert.ok(Object.keys(decoded).every((key) => key === 'insight' || key === 'kind'));
    }
  });

  it('judges the objectives of the function', () => {
    const line = (over: Parameters<typeof build.stats>[0], objective = {}): string =>
      card({
        objective: { p95Ms: 200, errorRatio: 0.01, ...objective },
        numbers: build.numbers({ total: build.stats(over) }),
      })
        .split('\n')
        .find((text) => text.includes('objective')) ?? '';
    assert.equal(
      line({}),
      '$(warning) **objective p95 ≤ 200 ms: missed, 212 ms** · objective errors ≤ 1 %: met, 0.4 %',
    );
    assert.match(line({}, { p95Ms: 1250 }), /^objective p95 ≤ 1250 ms: met, 212 ms · /);
    assert.match(line({ errorRatio: ratio(0.02) }), /\*\*objective errors ≤ 1 %: missed, 2 %\*\*/);
    const open = { ...build.quantile(5_000), beyond: true } as const;
    assert.match(line({ p95Ms: open }), /p95 ≤ 200 ms: missed, ≥ 4\.\d s/);
    assert.match(line({ p95Ms: open }, { p95Ms: 9_000 }), /≤ 9000 ms: can't be told, ≥ 4/);
    // A bucket whose beginning nobody tells: only its end may decide.
    const unknown = { value: milliseconds(140), low: milliseconds(0), high: milliseconds(500) };
    assert.match(line({ p95Ms: unknown }, { p95Ms: 100 }), /≤ 100 ms: can't be told, ~140 ms/);
    assert.match(line({ p95Ms: unknown }, { p95Ms: 500 }), /≤ 500 ms: met, ~140 ms/);
    assert.doesNotMatch(line({ lowerBound: true, errorRatio: ratio(0) }), /errors/);
    assert.doesNotMatch(card({}), /objective/);
    assert.doesNotMatch(
      card({ state: 'noTraffic', objective: { p95Ms: 1 }, numbers: undefined }),
      /objective/,
    );
  });

  it('says a configuration problem, and nothing where a backend just doesn’t answer', () => {
    const { total, ...numbers } = build.numbers({ releases: [] });
    assert.ok(total);
    const reason = 'Telemetry of several deployment environments arrives';
    const nothing = card({ state: 'unreachable', numbers, reason });
    assert.equal(nothing, '');
    const text = card({ state: 'unreachable', numbers: { ...numbers, problem: reason }, reason });
    assert.match(text, /several deployment environments/);
    assert.doesNotMatch(text, /last good|p95/);
  });

  it('says whether the service is silent or its backend fails, where numbers are old', () => {
    const reason = 'The answer is too large. Choose a shorter window.';
    const failing = card({ state: 'observed', stale: true, reason });
    assert.match(failing, /last good numbers\.\s+The answer is too large/);
    assert.doesNotMatch(failing, /No telemetry/);
    const silent = card({ state: 'observed', stale: true });
    assert.match(silent, /No telemetry of this service/);
    assert.doesNotMatch(silent, /last good/);
  });

  it('links to the page with the queries, whose address can’t end the link', () => {
    const url = 'https://p.example/a(b)/query?g0.expr=x%28%29&g0.tab=<1> ';
    const text = renderHoverCard(build.insight(), {
      ...settings,
      page: { title: 'Prome[theus', url },
    });
    assert.ok(
      text?.includes(
        '[$(link-external) Queries in Prome\\[theus](https://p.example/a%28b%29/query?g0.expr=x%28%29&g0.tab=%3C1%3E%20)',
      ),
      text,
    );
    assert.ok(renderHoverCard(build.insight(), settings)?.includes('link-external') === false);
  });

  it('offers a rollback only where a target is configured', () => {
    const text = renderHoverCard(build.insight(), { ...settings, canRollBack: false }) ?? '';
    assert.match(text, /command:prodlens\.explain/);
    assert.doesNotMatch(text, /rollBack/);
  });

  it('says that a compared p95 is not that of the table', () => {
    const numbers = build.numbers({
      releases: build.twoReleases(),
      comparisons: [build.worse()],
    });
    assert.match(card({ numbers }), /while both ran · p95 of successful calls 212→690 ms/);
  });

  it('links an error to its line in the workspace, and says days where an hour would mislead', () => {
    const group = {
      type: 'TypeError',
      messageShape: '',
      count: 2,
      lastSeen: unixMillis(build.now),
      releases: [],
      frames: [{ filePath: '/srv/app/orders.js', line: 3 }],
    };
    const old = build.release({ firstSeen: unixMillis(build.now - 3 * 86_400_000) });
    const insight = build.insight({
      numbers: build.numbers({ exceptions: [group], releases: [old] }),
    });
    assert.match(renderHoverCard(insight, settings) ?? '', / — app\\\/orders\\\.js:3/);
    const link = { place: 'src/orders.ts:12', address: 'file:///work/src/orders.ts#L12' };
    const text = renderHoverCard(insight, { ...settings, sources: new Map([[group, link]]) }) ?? '';
    assert.match(text, / — \[src\\\/orders\\\.ts\\:12\]\(file:\/\/\/work\/src\/orders\.ts#L12\)/);
    assert.match(text, /`a1b2c3d` for 3 d \|/);
  });

  it('tells hostile text as text', () => {
    const hostile = '](command:prodlens.rollBack) | <b>x</b>\n\n# h ![i](https://e.invalid)';
    const text = card({
      environment: hostile,
      reason: hostile,
      numbers: build.numbers({
        releases: [build.release({ version: hostile, commit: hostile })],
        exceptions: [
          {
            type: hostile,
            messageShape: hostile,
            count: 1,
            lastSeen: unixMillis(build.now),
            releases: [hostile],
            frames: [{ filePath: hostile, line: 1 }],
          },
        ],
      }),
    });
    assert.doesNotMatch(text, /(?<!\\)<|\n# |https:\/\/|[^\\]\]\(command:prodlens\.rollBack\)/);
  });

  it('says 4xx, refused calls and calls out apart from the errors', () => {
    const text = card({
      numbers: build.numbers({
        total: build.stats({ clientErrors: 31 }),
        refused: 12,
        callsOut: build.stats({ count: 4_100 }),
      }),
    });
    assert.match(text, /31 client errors \(4xx\) · 12 refused before the body · calls out: 4100/);
  });

  it('says of a sample whether it has all that is stored', () => {
    const { window } = build.numbers({});
    const sample = { traces: 40, covered: milliseconds(window.to - window.from), backend: 'Tempo' };
    const of = (more: { readonly lacking?: true }): string =>
      card({ numbers: build.numbers({ sample: { ...sample, ...more } }) });
    assert.match(of({}), /\(all that are stored\)/);
    assert.match(of({ lacking: true }), /\(all that are stored, but for what is too large/);
  });

  it('says what a sample is worth before its numbers, and calls nothing in it a total', () => {
    const stats = build.stats({ basis: 'sample', count: 36 });
    const sample = { traces: 40, covered: milliseconds(9 * 60_000), backend: 'Jaeger' };
    const text = card({
      numbers: build.numbers({
        sample,
        total: stats,
        releases: [
          build.release({ stats }),
          build.release({ version: '2.2.0', running: false, lastSeen: unixMillis(0), stats }),
        ],
        callsOut: build.stats({ count: 4_100, basis: 'sample' }),
        exceptions: [],
      }),
    });
    assert.match(
      text,
      /From \*\*40 sampled traces\*\* in Jaeger \(covering 9 min of 1 h\): no totals/,
    );
    assert.match(text, /36\ssampled/);
    assert.match(text, /share \|[^|]*\bcalls \|/);
    assert.match(text, /last sampled/);
    assert.match(text, /36 sampled calls · sampled calls out: 4100/);
    // When it was first sampled is not when it began.
    assert.doesNotMatch(text, /ended|38|since/);
    const none = card({
      state: 'noTraffic',
      numbers: { ...build.numbers({ sample }), total: undefined as never, releases: [] },
    });
    assert.match(none, /No call of this function among the traces that were looked at/);
  });

  it('says of requests that the backend counted that only those with a trace are known', () => {
    const sample = {
      traces: 400,
      covered: milliseconds(60 * 60_000),
      backend: 'Tempo',
      counted: 'TraceQL metrics',
    };
    const text = card({
      numbers: build.numbers({
        sample,
        total: build.stats({ basis: 'sample', count: 36 }),
      }),
    });
    assert.match(
      text,
      /Of the \*\*traces that Tempo keeps\*\*, all counted \(TraceQL metrics\): what wasn’t kept/,
    );
    assert.match(text, /The newest minutes aren’t in yet\./);
    assert.match(text, /36 sampled calls/);
    const none = card({
      state: 'noTraffic',
      numbers: { ...build.numbers({ sample }), total: undefined as never, releases: [] },
    });
    assert.match(none, /No call of this function among all requests that Tempo keeps traces of/);
    assert.doesNotMatch(none, /looked at/);
  });

  it('shows a dash, never 0 %, where something is unknown', () => {
    const stats = { basis: 'sample', source: 'traces' } as const;
    const text = card({
      numbers: build.numbers({ total: stats, releases: [build.release({ stats })] }),
    });
    assert.doesNotMatch(text, /\b0 %|NaN|undefined/);
  });

  for (const state of ['notInstrumented', 'unknownService'] as const)
    it(`says nothing for ${state}`, () => assert.equal(card({ state }), ''));
});

describe('sparkline', () => {
  it('breaks the line where there were no calls, marks a release, and describes itself', () => {
    const drawn = renderSparkline(
      build.numbers({
        series,
        releases: [build.release({ version: '<a>', firstSeen: series[2]!.at })],
      }),
      'light',
    );
    assert.ok(drawn);
    assert.equal(drawn.svg.match(/<polyline/g)?.length, 2);
    assert.match(drawn.svg, /stroke-dasharray/);
    assert.match(drawn.svg, /&#60;a&#62;/);
    assert.match(drawn.description, /between 100 ms and 111 ms, last 111 ms; 3 errors/);
  });
  it('joins slots that are further apart than the points asked for', () => {
    const sparse = Array.from({ length: 60 }, (_, i) => {
      const point = { at: unixMillis(build.now - (60 - i) * 1_400), count: 0, errors: 0 };
      return i === 1 || i % 7 === 0 ? { ...point, count: 9, p95Ms: milliseconds(40 + i) } : point;
    });
    const drawn = renderSparkline(build.numbers({ series: sparse }), 'dark');
    assert.equal(drawn?.svg.match(/<polyline/g)?.length, 1);
  });
  it('puts the names of releases that start together beside each other, never over each other', () => {
    const texts = (...minutes: number[]): string[] => {
      const releases = minutes.map((minute, i) =>
        build.release({
          version: `1.${i}.0`,
          firstSeen: unixMillis(build.now - 60 * 60_000 + minute * 60_000),
        }),
      );
      const { svg = '' } = renderSparkline(build.numbers({ series, releases }), 'dark') ?? {};
      return [...svg.matchAll(/y="10"[^>]*>([^<]*)</g)].map(([, text]) => text ?? '');
    };
    assert.deepEqual(texts(10, 10), ['v1.0.0, v1.1.0']);
    assert.deepEqual(texts(10, 40), ['v1.0.0', 'v1.1.0']);
    assert.deepEqual(texts(52, 58), ['v1.0.0, v1.1.0']);
    assert.deepEqual(texts(10, 10, 11, 11), ['4 releases']);
  });
  it('is left out where there is nothing to join', () => {
    assert.equal(renderSparkline(build.numbers({ series: series.slice(0, 1) }), 'dark'), undefined);
  });
});

describe('lines of declarations while typing', () => {
  const lines = (): DeclarationLines => {
    const tracked = new DeclarationLines();
    tracked.update([build.insight()]);
    return tracked;
  };
  it('follow edits above, not below, until the symbols know them', () => {
    const tracked = lines();
    tracked.edit({ startLine: 2, startCharacter: 0, endLine: 2, insertedLines: 3 });
    assert.equal(tracked.lineOf(build.decl()), 8);
    tracked.edit({ startLine: 20, startCharacter: 0, endLine: 22, insertedLines: 0 });
    tracked.update([build.insight()]);
    assert.equal(tracked.lineOf(build.decl()), 8);
    const moved = build.decl({ declarationLine: 8 });
    tracked.update([build.insight({ function: moved })]);
    assert.equal(tracked.lineOf(moved), 8);
  });
  it('count the edits that symbols of an older text don’t know', () => {
    const tracked = lines();
    const above = { startLine: 0, startCharacter: 0, endLine: 0, insertedLines: 1 };
    for (const version of [2, 3, 4]) tracked.edit({ ...above, version });
    const known = build.decl({ declarationLine: 6 });
    tracked.update([build.insight({ function: known })], 2);
    assert.equal(tracked.lineOf(known), 8);
    const all = build.decl({ declarationLine: 8 });
    tracked.update([build.insight({ function: all })], 4);
    assert.equal(tracked.lineOf(all), 8);
  });
  it('know an edit of the declaration itself', () => {
    const tracked = lines();
    assert.ok(tracked.edit({ startLine: 5, startCharacter: 30, endLine: 5, insertedLines: 1 }));
    assert.equal(tracked.lineOf(build.decl()), 5);
    assert.ok(!tracked.edit({ startLine: 9, startCharacter: 0, endLine: 9, insertedLines: 1 }));
  });
  it('give the innermost function around the cursor', () => {
    const tracked = lines();
    const outer = build.insight();
    const inner = build.insight({
      function: build.decl({
        id: 'inner' as FunctionId,
        range: { start: { line: 6, character: 2 }, end: { line: 6, character: 20 } },
        anonymous: true,
      }),
    });
    const at = (line: number, texts: boolean): FunctionId | undefined =>
      innermostFunction([outer, inner], line, tracked, () => texts);
    assert.equal(at(6, true), 'inner');
    assert.equal(at(6, false), outer.function.id);
    assert.equal(at(7, true), outer.function.id);
    assert.equal(at(30, true), undefined);
  });
});

describe('status bar', () => {
  const input = {
    name: 'local',
    production: false,
    window: '1h',
    detail: 'Listens on 127.0.0.1:4318.',
    services: [],
  } as const;
  it('names environment, service and running releases', () => {
    const releases = [
      {
        version: '2.4.0',
        run: 0,
        running: true,
        share: ratio(0.1),
        firstSeen: unixMillis(0),
        lastSeen: unixMillis(1),
      },
      {
        version: '2.3.1',
        run: 0,
        running: true,
        share: ratio(0.9),
        firstSeen: unixMillis(0),
        lastSeen: unixMillis(1),
      },
    ];
    const service = {
      service: build.insight().service!,
      alive: true,
      lastSeen: unixMillis(1),
      releases,
      warnings: [],
      source: 's',
    };
    const status = renderStatus({ ...input, health: 'ok', services: [service] });
    assert.equal(status.text, '$(pulse) local · shop v2.3.1 90 % v2.4.0 10 %');
    assert.equal(status.command, 'prodlens.selectEnvironment');
  });
  it('says how far the reading of a large workspace is, without a change of colour', () => {
    const status = renderStatus({
      ...input,
      health: 'ok',
      services: [],
      reading: { read: 12_400, total: 50_000 },
    });
    assert.match(status.text, /· reading 12,400 of 50,000 files$/);
    assert.ok(status.lines.some((line) => line.startsWith('reading 12,400 of 50,000 files: ')));
    assert.equal(status.severity, 'normal');
  });

  it('leads to the diagnosis when something is broken', () => {
    const status = renderStatus({ ...input, health: 'unreachable' });
    assert.deepEqual([status.severity, status.command], ['error', 'prodlens.diagnose']);
    const refused = renderStatus({
      ...input,
      health: 'unreachable',
      failure: { reason: 'refused' },
    });
    assert.deepEqual(
      [refused.severity, refused.command],
      ['error', 'prodlens.selectEnvironment'],
      'where one signs in again',
    );
  });
});
