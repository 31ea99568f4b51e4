import type { FunctionNumbers, SeriesPoint } from '../../domain/stats.ts';
import { renderDuration, renderTime } from './numberText.ts';
import { renderVersion } from './releaseText.ts';

export type ThemeKind = 'light' | 'dark' | 'highContrast' | 'highContrastLight';

interface Palette {
  readonly p95: string;
  readonly errors: string;
  readonly text: string;
  readonly line: string;
}

/* An image can't see the theme's variables; each colour has at least 4.5:1 on the hover of VS Code's theme of that kind. */
const palettes: Readonly<Record<ThemeKind, Palette>> = {
  light: { p95: '#1f6feb', errors: '#c93c37', text: '#57606a', line: '#8c959f' },
  dark: { p95: '#58a6ff', errors: '#ff7b72', text: '#a9b1ba', line: '#7d8590' },
  highContrast: { p95: '#71b7ff', errors: '#ff9492', text: '#ffffff', line: '#d9dee3' },
  highContrastLight: { p95: '#0349b4', errors: '#a0111f', text: '#0e1116', line: '#3f4650' },
};

const size = { width: 460, height: 56 };
const plot = { left: 4, right: 456, top: 15, bottom: 41 };
/** Baselines of the texts above and below. */
const [upper, lower] = [10, 53];

/** p95 as a line, errors as bars, a dashed line where a release was first seen; `undefined` with under two points to join. */
export function renderSparkline(
  numbers: FunctionNumbers,
  theme: ThemeKind,
): { readonly svg: string; readonly description: string } | undefined {
  const points = [...numbers.series].sort((a, b) => a.at - b.at);
  const timed = points.filter((point) => Number.isFinite(point.p95Ms));
  if (timed.length < 2) return undefined;
  const { from, to } = numbers.window;
  const color = palettes[theme];
  const highest = Math.max(...timed.map((point) => point.p95Ms ?? 0), 0.001);
  const x = (at: number): number =>
    round(plot.left + ((at - from) / Math.max(1, to - from)) * (plot.right - plot.left));
  const y = (ms: number): number => round(plot.bottom - (ms / highest) * (plot.bottom - plot.top));
  const mostErrors = Math.max(...points.map((point) => point.errors));
  const barWidth = Math.max(2, Math.min(8, (plot.right - plot.left) / points.length - 1));
  const bars = points
    .filter((point) => point.errors > 0)
    .map((point) => {
      const height = round(3 + (point.errors / mostErrors) * 9);
      return `<rect x="${x(point.at)}" y="${plot.bottom - height}" width="${round(barWidth)}" height="${height}" fill="${color.errors}" fill-opacity=".85"/>`;
    });
  const total = points.reduce((sum, point) => sum + point.errors, 0);
  const words = [
    `<tspan fill="${color.p95}">p95 up to ${renderDuration(highest)}</tspan>`,
    ...(total === 0
      ? []
      : [`<tspan fill="${color.errors}">▮ ${total} ${total === 1 ? 'error' : 'errors'}</tspan>`]),
  ].join('<tspan>  ·  </tspan>');
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="10" fill="${color.text}">`,
    `<line x1="${plot.left}" y1="${plot.bottom + 0.5}" x2="${plot.right}" y2="${plot.bottom + 0.5}" stroke="${color.line}" stroke-opacity=".5"/>`,
    ...bars,
    ...segments(timed).map(
      (segment) =>
        `<polyline points="${segment.map((p) => `${x(p.at)},${y(p.p95Ms ?? 0)}`).join(' ')}" fill="none" stroke="${color.p95}" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>`,
    ),
    ...markers(numbers, x, color),
    `<text x="${plot.left}" y="${lower}">${renderTime(from)}</text>`,
    `<text x="230" y="${lower}" text-anchor="middle" xml:space="preserve">${words}</text>`,
    `<text x="${plot.right}" y="${lower}" text-anchor="end">${renderTime(to)}</text>`,
    '</svg>',
  ].join('');
  const lowest = Math.min(...timed.map((point) => point.p95Ms ?? 0));
  const last = timed[timed.length - 1]?.p95Ms ?? 0;
  return {
    svg,
    description: `p95 from ${renderTime(from)} to ${renderTime(to)}: between ${renderDuration(lowest)} and ${renderDuration(highest)}, last ${renderDuration(last)}; ${total} errors`,
  };
}

/** A dashed line where a release was first seen. Names that would overlap stand together at the first of their lines. */
function markers(
  { releases, window: { from, to } }: FunctionNumbers,
  x: (at: number) => number,
  color: Palette,
): readonly string[] {
  const seen = releases
    .flatMap(({ version, firstSeen }) =>
      firstSeen === undefined || firstSeen <= from || firstSeen >= to
        ? []
        : [{ at: x(firstSeen), name: renderVersion(version) }],
    )
    .sort((a, b) => a.at - b.at);
  const labels: { readonly at: number; readonly names: string[] }[] = [];
  for (const { at, name } of seen) {
    const before = labels.at(-1);
    const start = isLate(at, [name]) ? at - textWidth([name]) : at;
    if (before !== undefined && start < before.at + textWidth(before.names))
      before.names.push(name);
    else labels.push({ at, names: [name] });
  }
  return [
    ...new Set(
      seen.map(
        ({ at }) =>
          `<line x1="${at}" y1="4" x2="${at}" y2="${plot.bottom}" stroke="${color.line}" stroke-dasharray="3 3"/>`,
      ),
    ),
    ...labels.map(({ at, names }) => {
      const late = isLate(at, names);
      const text = xml(names.length > 3 ? `${names.length} releases` : names.join(', '));
      return `<text x="${late ? at - 4 : at + 4}" y="${upper}" text-anchor="${late ? 'end' : 'start'}">${text}</text>`;
    }),
  ];
}

/** No room to the right of its line: it stands left of it. */
const isLate = (at: number, names: readonly string[]): boolean =>
  at + textWidth(names) > plot.right;

/** About what these names take in pixels, with room after them. */
const textWidth = (names: readonly string[]): number => 14 + names.join(', ').length * 6;

/** A slot without calls has no p95: the line is broken there, not drawn across. A lone point is a dot. */
function segments(timed: readonly SeriesPoint[]): readonly (readonly SeriesPoint[])[] {
  const steps = timed.slice(1).map((point, index) => point.at - (timed[index]?.at ?? 0));
  // In a short window slots are further apart than points: the distance that most of them have is no gap.
  const step = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  const result: SeriesPoint[][] = [];
  let previous: SeriesPoint | undefined;
  for (const point of timed) {
    if (previous !== undefined && point.at - previous.at <= 2.5 * step)
      result[result.length - 1]?.push(point);
    else result.push([point]);
    previous = point;
  }
  return result.map((s) => (s.length === 1 ? [...s, ...s] : s));
}

const round = (value: number): number => Math.round(value * 10) / 10;

const xml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
