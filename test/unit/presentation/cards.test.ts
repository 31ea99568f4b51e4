import assert from 'node:assert/strict';

import { linkableCommandIds } from '../../../src/commands/ids.ts';
import type { FunctionId } from '../../../src/domain/functionDecl.ts';
import { milliseconds, ratio, unixMillis } from '../../../src/domain/units.ts';
import {
  DeclarationLines,
  innermostFunction,
} from '../../../src/presentation/viewModels/declarationLines.ts';
import { renderHoverCard } from '../../../src/presentation/viewModels/hoverCard.ts';
import { renderSparkline } from '../../../src/presentation/viewModels/sparkline.ts';
import { renderStatus } from '../../../src/presentation/viewModels/statusText.ts';
import * as build from './builders.ts';

const settings = { window: '1h', theme: 'dark', now: build.now } as const;
const series = [0, 1, 2, 10, 11].map((minute) => ({
  at: unixMillis(build.now - (30 - minute) * 60_000),
  count: 10,
  errors: minute === 2 ? 3 : 0,
  p95Ms: milliseconds(100 + minute),
}));

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
    assert.match(rows[2] ?? '', /v2\\\.3\\\.1 `a1b2c3d` .*90 %.*34.*baseline/);
    assert.match(rows[3] ?? '', /v2\\\.4\\\.0 .*10 %.*\*\*690 ms ▲\*\*.*\*\*6\.1 % ▲\*\*.*worse/);
    assert.match(rows[4] ?? '', /_v2\\\.3\\\.0 ended \d\d:\d\d_/);
    assert.doesNotMatch(rows[4] ?? '', /100 %/);
    assert.match(text, /p95 212→690 ms · errors 0\.4→6\.1 % \(5700 calls against 51k\)/);
  });

  it('links only to commands that a hover may run, with nothing but an opaque id', () => {
    const text = card({
      numbers: build.numbers({ releases: build.twoReleases() }),
    });
    const links = [...text.matchAll(/\]\(command:([^?)]+)\?([^)]+)\)/g)];
    assert.equal(links.length, 5);
    for (const [, command, argument] of links) {
      assert.ok((linkableCommandIds as readonly string[]).includes(command!));
      const [decoded] = JSON.parse(decodeURIComponent(argument!)) as [Record<string, string>];
      assert.equal(decoded['insight'], '0123456789abcdef');
      assert.ok(Object.keys(decoded).every((key) => key === 'insight' || key === 'kind'));
    }
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
  it('leads to the diagnosis when something is broken', () => {
    const status = renderStatus({ ...input, health: 'unreachable' });
    assert.deepEqual([status.severity, status.command], ['error', 'prodlens.diagnose']);
  });
});
