import type { Insight } from '../../domain/insight.ts';
import type { WindowName } from '../../domain/units.ts';
import { worstRegression } from './annotation.ts';
import { hasCard } from './hoverCard.ts';
import * as text from './numberText.ts';
import { renderReleases } from './releaseText.ts';
import { none, tableRow } from './stackErrorTable.ts';
import { statCells } from './statCells.ts';
import { renderUntrustedMarkdown as md } from './untrusted.ts';

/** A repository has fewer: more would be a mistake in what tells services. */
const mostRows = 50;

/** What one function is in each service, what is worst first: a regression, then errors, then the busiest. */
export const byAttention = (insights: readonly Insight[]): Insight[] =>
  insights.filter(hasCard).sort((a, b) => weight(b) - weight(a) || calls(b) - calls(a));

const weight = (insight: Insight): number =>
  worstRegression(insight) !== undefined ? 2 : (insight.numbers?.total?.errors ?? 0) > 0 ? 1 : 0;
const calls = ({ numbers }: Insight): number => numbers?.total?.count ?? 0;

/**
 * A function of code that several services share: one row for each, their numbers never added. Nothing where one service runs it. Each row
 * has its own explanation.
 */
export function renderServicesCard(
  insights: readonly Insight[],
  window: WindowName,
): string | undefined {
  const rows = byAttention(insights);
  const [first] = rows;
  if (first === undefined || rows.length < 2) return undefined;
  const more = rows.length - mostRows;
  return [
    `**${md(first.function.name, 120)}** · in ${rows.length} services, each by itself · last ${text.renderWindow(window)}`,
    '',
    tableRow(['service', 'calls/s', 'p50', 'p95', 'p99', 'errors', 'releases', '']),
    '| :-- | --: | --: | --: | --: | --: | :-- | :-- |',
    ...rows.slice(0, mostRows).map(row),
    ...(more > 0 ? ['', `_and ${more} more services_`] : []),
  ].join('\n');
}

function row(insight: Insight): string {
  const { numbers, service, id } = insight;
  const name = `${worstRegression(insight) === undefined ? '' : '▲ '}${service === undefined ? 'no service' : md(service, 80)}`;
  const link = `[Explain](command:prodlens.explain?${encodeURIComponent(JSON.stringify([{ insight: id }]))})`;
  const cells =
    numbers?.total === undefined
      ? [none, none, none, none, none]
      : statCells(numbers.total, undefined);
  const releases = md(renderReleases(numbers), 80);
  return tableRow([name, ...cells, [releases, said(insight)].filter(Boolean).join(' '), link]);
}

/** What the cells don't say. */
function said({ state, stale }: Insight): string {
  if (state === 'noTraffic') return 'no calls in the window';
  if (state === 'ambiguous') return 'several functions could own its telemetry';
  return stale === true ? '$(warning) not fresh' : '';
}
