import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** A counter: samples as [Unix milliseconds, value], ascending. */
export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [number, number])[];
}

/** What is used here of scripts/backends/remoteWrite.mjs. */
interface Script {
  readonly remoteWrite: (
    url: string,
    headers: Readonly<Record<string, string>>,
    series: readonly WrittenSeries[],
  ) => Promise<void>;
}

/** Series of a text in Prometheus' format with timestamps in seconds. */
export function seriesOf(text: string): readonly WrittenSeries[] {
  const all = new Map<string, [number, number][]>();
  for (const line of text.split('\n')) {
    const [, key, value, at] = /^(\w+\{.*\}) (\S+) (\S+)$/.exec(line) ?? [];
    if (key === undefined) continue;
    const samples = all.get(key) ?? [];
    samples.push([Number(at) * 1000, Number(value)]);
    all.set(key, samples);
  }
  return [...all].map(([key, samples]) => ({ labels: labelsOf(key), samples }));
}

function labelsOf(key: string): Readonly<Record<string, string>> {
  const [, name = '', inside = ''] = /^(\w+)\{(.*)\}$/.exec(key) ?? [];
  const labels = [...inside.matchAll(/(\w+)="([^"]*)"/g)];
  return {
    __name__: name,
    ...Object.fromEntries(labels.map(([, label = '', value = '']) => [label, value])),
  };
}

/** Sends series by remote write. */
export async function write(
  url: string,
  headers: Readonly<Record<string, string>>,
  series: readonly WrittenSeries[],
): Promise<void> {
  const { remoteWrite } = (await import(
    pathToFileURL(path.join(root, 'scripts/backends/remoteWrite.mjs')).href
  )) as Script;
  await remoteWrite(url, headers, series);
}

/**
 * What counters grew by, from what was written alone: a value below the one before counts whole, and so does a series that begins.
 *
 * @param from not included, `to` included, Unix milliseconds
 */
export function growthOf(
  series: readonly WrittenSeries[],
  from: number,
  to: number,
  isWanted: (labels: Readonly<Record<string, string>>) => boolean,
): number {
  let sum = 0;
  for (const { labels, samples } of series) {
    if (!isWanted(labels)) continue;
    let before = 0;
    for (const [at, value] of samples) {
      if (at > from && at <= to) sum += value < before ? value : value - before;
      before = value;
    }
  }
  return sum;
}
