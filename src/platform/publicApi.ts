import * as vscode from 'vscode';
import type { FunctionInsight, ProdlensApi } from '../api.ts';
import type { Insight } from '../domain/insight.ts';
import type { ReleaseNumbers } from '../domain/stats.ts';
import type { InsightService } from '../insights/contract.ts';
import { toRange } from './cursor.ts';
import type { DisposableStore } from './disposables.ts';

/** The interface for other extensions over the insight service. */
export function createApi(insights: InsightService, owned: DisposableStore): ProdlensApi {
  const changed = owned.add(new vscode.EventEmitter<readonly vscode.Uri[]>());
  owned.add(
    insights.onDidChange((paths) => {
      changed.fire(paths.map((path) => vscode.Uri.file(path)));
    }),
  );
  return {
    version: 1,
    functions: async (uri) =>
      uri.scheme === 'file'
        ? (await insights.insights(uri.fsPath)).insights.map(toFunctionInsight)
        : [],
    onDidChangeInsights: changed.event,
  };
}

/** The host's form of an insight, given to other extensions: plain values, dates, ranges. */
export function toFunctionInsight(insight: Insight): FunctionInsight {
  const { numbers, function: declaration } = insight;
  return {
    name: declaration.name,
    range: toRange(declaration.range),
    selectionRange: toRange(declaration.selectionRange),
    state: insight.state,
    environment: insight.environment,
    ...(insight.service === undefined ? {} : { service: insight.service }),
    ...(numbers === undefined
      ? {}
      : { window: { from: new Date(numbers.window.from), to: new Date(numbers.window.to) } }),
    ...(numbers?.observedAt === undefined ? {} : { observedAt: new Date(numbers.observedAt) }),
    ...(insight.stale === undefined ? {} : { stale: insight.stale }),
    ...(insight.drift === undefined ? {} : { drift: insight.drift }),
    ...(insight.verdict === undefined ? {} : { verdict: insight.verdict }),
    ...(numbers?.total === undefined || insight.state !== 'observed'
      ? {}
      : { total: numbers.total }),
    releases: insight.state === 'observed' ? (numbers?.releases ?? []).map(toRelease) : [],
    attribution: insight.attribution.map(({ rule, confidence, telemetry, explanation }) => ({
      rule,
      confidence,
      telemetry,
      explanation,
    })),
    ...(insight.candidates === undefined
      ? {}
      : {
          candidates: insight.candidates.map(({ name, path, range }) => ({
            name,
            uri: vscode.Uri.file(path),
            range: toRange(range),
          })),
        }),
  };
}

const toRelease = (release: ReleaseNumbers): FunctionInsight['releases'][number] => ({
  version: release.version,
  running: release.running,
  ...(release.share === undefined ? {} : { share: release.share }),
  ...(release.firstSeen === undefined ? {} : { firstSeen: new Date(release.firstSeen) }),
  ...(release.lastSeen === undefined ? {} : { lastSeen: new Date(release.lastSeen) }),
  ...(release.commit === undefined ? {} : { commit: release.commit }),
  stats: release.stats,
});
