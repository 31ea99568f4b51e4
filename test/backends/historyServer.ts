import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = process.env['PRODLENS_ROOT'] ?? process.cwd();

/** What is used here of scripts/backends/prometheus.mjs. */
interface Scripts {
  readonly promtool: (args: readonly string[]) => Promise<string>;
  readonly startPrometheus2: StartServer;
  readonly startPrometheus3: StartServer;
}
type StartServer = (
  folder: string,
  options: { readonly data: string; readonly config?: object },
) => Promise<{ readonly url: string; stop(): Promise<void> }>;

export type Labels = Readonly<Record<string, string>>;

/** Samples of one counter: Unix seconds, ascending, and values. */
export interface CounterHistory {
  readonly labels: Labels;
  readonly samples: readonly (readonly [at: number, value: number])[];
}

/** OpenMetrics of counters, by their names without `_total`. */
export const historyText = (
  counters: Readonly<Record<string, readonly CounterHistory[]>>,
): string =>
  [
    ...Object.entries(counters).flatMap(([name, all]) => [
      `# TYPE ${name} counter`,
      ...all.flatMap(({ labels, samples }) => {
        const rendered = Object.entries(labels)
          .map(([label, value]) => `${label}="${value}"`)
          .join(',');
        return samples.map(([at, value]) => `${name}_total{${rendered}} ${value} ${at}`);
      }),
    ]),
    '# EOF',
    '',
  ].join('\n');

/** A Prometheus of the version under test whose storage begins with a history. @param text OpenMetrics; none: an empty storage */
export async function startWithHistory(
  text: string | undefined,
  config: object = {},
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const scripts = (await import(
    pathToFileURL(path.join(root, 'scripts/backends/prometheus.mjs')).href
  )) as Scripts;
  const folder = await mkdtemp(path.join(tmpdir(), 'prodlens-history-'));
  const data = path.join(folder, 'data');
  await mkdir(data);
  if (text !== undefined) {
    const file = path.join(folder, 'history.txt');
    await writeFile(file, text);
    await scripts.promtool(['tsdb', 'create-blocks-from', 'openmetrics', file, data]);
  }
  const start =
    process.env['PRODLENS_TEST_SERVER'] === 'prometheus3'
      ? scripts.startPrometheus3
      : scripts.startPrometheus2;
  const server = await start(folder, { data, config });
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
