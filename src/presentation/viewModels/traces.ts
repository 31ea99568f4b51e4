import type { TraceSummary } from '../../domain/trace.ts';
import { renderVersion } from './releaseText.ts';
import { durationText, visibleText } from './waterfallText.ts';

export type TraceKind = 'slow' | 'failed' | 'recent';

/** One answer of a search, or why there is none. */
export interface TraceGroup {
  readonly kind: TraceKind;
  readonly traces: readonly TraceSummary[];
}

/** A row of the trace picker; `label`, `description` and `detail` as a QuickPick shows them, from hostile text made harmless. */
export interface TraceRow {
  readonly kind: TraceKind;
  readonly summary: TraceSummary;
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** QuickPick reads `$(name)` in labels as an icon: telemetry must not draw any. */
const plain = (text: string, longest: number): string =>
  visibleText(text, longest).replaceAll('$(', '$\u2009(');

/** `12 s ago`; a moment in the future (clocks differ) reads as now. */
export function ageText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}

/** The order in which groups are shown, and their rows: slow ones by duration, the others newest first. */
export function traceRows(
  groups: readonly TraceGroup[],
  now: number,
  release?: string,
): readonly TraceRow[] {
  const order: readonly TraceKind[] = ['slow', 'failed', 'recent'];
  return order.flatMap((kind) => {
    const traces = groups.filter((group) => group.kind === kind).flatMap((group) => group.traces);
    return traces
      .filter((summary) => release === undefined || summary.release === release)
      .toSorted((a, b) => (kind === 'slow' ? b.duration - a.duration : b.startedAt - a.startedAt))
      .map((summary) => row(kind, summary, now));
  });
}

function row(kind: TraceKind, summary: TraceSummary, now: number): TraceRow {
  const { exceptionType, failed, release, spanCount } = summary;
  const status = failed ? (exceptionType === undefined ? 'failed' : plain(exceptionType, 80)) : '';
  return {
    kind,
    summary,
    label: `$(${failed ? 'error' : 'pass'}) ${durationText(summary.duration * 1e6)}`,
    description: [
      ...(status === '' ? [] : [status]),
      plain(renderVersion(release), 60),
      ageText(now - summary.startedAt),
    ].join(' · '),
    detail: `${plain(summary.name, 120)} · ${plain(summary.service, 60)} · ${spanCount} ${spanCount === 1 ? 'span' : 'spans'}`,
  };
}

/** Releases among the traces, those with most traces first. */
export function releasesOf(groups: readonly TraceGroup[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { traces } of groups)
    for (const { release } of traces) counts.set(release, (counts.get(release) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([name]) => name);
}

/** What is typed into the trace picker. */
export interface TraceFilter {
  /** `key=value`, or `key="a value"`: asked of the source. */
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
  /** The rest: looked for in the rows. */
  readonly words: readonly string[];
  /** There is a `key=` in it: the list can't be left to the QuickPick's own filter, which knows no attributes. */
  readonly structured: boolean;
}

/** A `key=` whose value isn't typed yet filters nothing. */
export function parseTraceFilter(text: string): TraceFilter {
  const attributes: { key: string; value: string }[] = [];
  const words: string[] = [];
  let structured = false;
  for (const [token, key, rest = ''] of text
    .slice(0, 1_000)
    .matchAll(/(?:([^\s="]+)=("[^"]*"?|\S*)|\S+)/g)) {
    if (key === undefined) {
      words.push(token.toLowerCase());
      continue;
    }
    structured = true;
    const value = rest.replace(/^"|"$/g, '');
    if (value !== '') attributes.push({ key, value });
  }
  return { attributes: attributes.slice(0, 10), words, structured };
}

/** All words are in what the row shows. */
export const rowHas = (row: TraceRow, words: readonly string[]): boolean => {
  const text = [row.label, row.description, row.detail].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
};
