/** An extension of its own for looking at the surfaces: the real ones over insights given by hand, so that any state can be had. */
import * as vscode from 'vscode';

import { vscodeSettings } from '../../../src/config/settings.ts';
import type { FunctionDecl, FunctionId } from '../../../src/domain/functionDecl.ts';
import type { Insight } from '../../../src/domain/insight.ts';
import { serviceKey } from '../../../src/domain/service.ts';
import { milliseconds, perSecond, ratio, unixMillis } from '../../../src/domain/units.ts';
import type { InsightService } from '../../../src/insights/contract.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { Emitter } from '../../../src/platform/disposables.ts';
import { createLog } from '../../../src/platform/log.ts';
import { registerCodeLens } from '../../../src/presentation/codeLens.ts';
import { registerDecorations } from '../../../src/presentation/decorations.ts';
import { registerHover } from '../../../src/presentation/hover.ts';
import { registerStatusBar } from '../../../src/presentation/statusBar.ts';
import * as build from '../../unit/presentation/builders.ts';

const minute = 60_000;

export function activate(context: vscode.ExtensionContext): void {
  const path = vscode.Uri.joinPath(
    vscode.workspace.workspaceFolders![0]!.uri,
    'src/server.js',
  ).fsPath;
  const changed = new Emitter<readonly string[]>();
  const environment = new Emitter<never>();
  const insights = stageInsights(path);
  let requests = 0;
  const service: InsightService = {
    insights: async () => {
      requests++;
      return { path, insights };
    },
    forget: () => Promise.resolve(),
    peek: (wanted) => (wanted === path ? { path, insights } : undefined),
    byId: (id) => insights.find((insight) => insight.id === id),
    environment: () => ({
      name: 'production',
      production: true,
      window: '1h',
      health: 'ok',
      detail: 'Data of 12 s ago.',
      services: [
        {
          service: serviceKey('shop'),
          alive: true,
          lastSeen: unixMillis(Date.now()),
          warnings: [],
          source: 'spans',
          releases: build.twoReleases().map((release) => ({
            version: release.version,
            run: 0,
            running: true,
            ...(release.share === undefined ? {} : { share: release.share }),
            firstSeen: unixMillis(0),
            lastSeen: unixMillis(Date.now()),
          })),
        },
      ],
    }),
    refresh: async () => undefined,
    onDidChange: changed.on,
    onDidChangeEnvironment: environment.on,
  };
  const surface = {
    insights: service,
    settings: vscodeSettings,
    log: createLog(),
    clock: systemClock,
    extensionUri: context.extensionUri,
    canRollBack: () => true,
    linkTo: () => undefined,
    onIndexProgress: () => ({ dispose: () => undefined }),
    locateFrames: () => Promise.resolve([]),
  };
  for (const register of [registerDecorations, registerCodeLens, registerHover, registerStatusBar])
    context.subscriptions.push(register(surface));
  for (const command of ['explain', 'openTraces', 'rollBack', 'selectEnvironment', 'diagnose'])
    context.subscriptions.push(
      vscode.commands.registerCommand(`prodlens.${command}`, (argument: unknown) =>
        vscode.window.showInformationMessage(`${command} ${JSON.stringify(argument)} ${requests}`),
      ),
    );
}

function stageInsights(path: string): readonly Insight[] {
  const now = Date.now();
  const shift = now - build.now;
  const moved = (at: number) => unixMillis(at + shift);
  const releases = build.twoReleases().map((release) => ({
    ...release,
    firstSeen: moved(release.firstSeen!),
    lastSeen: moved(release.lastSeen!),
  }));
  const window = { from: unixMillis(now - 60 * minute), to: unixMillis(now) };
  const seen = { window, observedAt: unixMillis(now - 12_000) };
  const at = (name: string, line: number, character: number, height = 2): FunctionDecl =>
    build.decl({
      id: `src/server.js#${name}` as FunctionId,
      name,
      path,
      range: { start: { line, character: 0 }, end: { line: line + height, character: 1 } },
      selectionRange: {
        start: { line, character },
        end: { line, character: character + name.length },
      },
      declarationLine: line,
    });
  const series = Array.from({ length: 60 }, (_, index) => ({
    at: unixMillis(window.from + index * minute),
    count: 2_280,
    errors: index < 35 ? (index % 7 === 0 ? 1 : 0) : (index * 7) % 5,
    p95Ms: milliseconds(index < 35 ? 205 + ((index * 13) % 17) : 260 + ((index * 29) % 90)),
  }));
  const hostile =
    '</td><script>alert(1)</script> [x](command:prodlens.rollBack) \u202e$(zap) | ![i](http://e.invalid/i.png)';
  return [
    build.insight({
      id: '00000000000000a1',
      function: at('getOrder', 5, 15),
      numbers: build.numbers({
        ...seen,
        releases: [
          ...releases,
          build.release({
            version: '2.3.0',
            running: false,
            lastSeen: unixMillis(now - 48 * minute),
            firstSeen: unixMillis(now - 600 * minute),
            commit: '77aa88b',
          }),
        ],
        comparisons: [build.worse()],
        total: build.stats({ clientErrors: 31 }),
        refused: 12,
        callsOut: build.stats({ count: 4_100, p95Ms: build.quantile(120) }),
        series,
        exceptions: [
          {
            type: 'TypeError',
            messageShape: "Cannot read properties of undefined (reading '…')",
            count: 340,
            lastSeen: unixMillis(now - 30_000),
            releases: ['2.4.0'],
            frames: [{ filePath: '/srv/app/src/prices.js', line: 41 }],
          },
          {
            type: hostile,
            messageShape: hostile,
            count: 2,
            lastSeen: unixMillis(now - 400_000),
            releases: ['2.3.1'],
            frames: [],
          },
        ],
      }),
    }),
    build.insight({
      id: '00000000000000a2',
      function: at('priceOf', 9, 15),
      numbers: build.numbers({ ...seen, releases }),
      drift: 'edited',
    }),
    build.insight({
      id: '00000000000000a3',
      function: at('refund', 13, 9),
      numbers: build.numbers({
        ...seen,
        total: build.stats({ errorRatio: ratio(0.031), perSecond: perSecond(0.05) }),
      }),
    }),
    build.insight({
      id: '00000000000000a4',
      function: at('legacy', 17, 9, 0),
      state: 'notInstrumented',
    }),
    build.insight({
      id: '00000000000000a5',
      function: at('audit', 19, 9),
      stale: true,
      numbers: build.numbers({ window, observedAt: unixMillis(now - 7 * minute) }),
    }),
    build.insight({
      id: '00000000000000a6',
      function: at('brandNew', 23, 9),
      drift: 'notInRelease',
      numbers: build.numbers(seen),
    }),
  ];
}
