import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, stringify } from 'yaml';

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

/** Samples of one series: Unix seconds, ascending, and values. */
export interface CounterHistory {
  readonly labels: Labels;
  readonly samples: readonly (readonly [at: number, value: number])[];
}

/** OpenMetrics of series, by the names of their metrics. */
export const historyText = (metrics: Readonly<Record<string, readonly CounterHistory[]>>): string =>
  [
    ...Object.entries(metrics).flatMap(([name, all]) =>
      all.flatMap(({ labels, samples }) => {
        const rendered = Object.entries(labels)
          .map(([label, value]) => `${label}="${value}"`)
          .join(',');
        return samples.map(([at, value]) => `${name}{${rendered}} ${value} ${at}`);
      }),
    ),
    '# EOF',
    '',
  ].join('\n');

export interface HistoryServer {
  readonly url: () => string;
  readonly stop: () => Promise<void>;
  /**
   * Checks a file of rules and writes what its rules would have recorded between two moments, Unix seconds: first the growth, then the marks, which look at it.
   */
  readonly record: (rules: string, from: number, to: number) => Promise<void>;
}

/** A Prometheus of the version under test whose storage begins with a history. @param text OpenMetrics; none: an empty storage */
export async function startWithHistory(
  text: string | undefined,
  config: object = {},
): Promise<HistoryServer> {
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
  let server = await start(folder, { data, config });
  return {
    url: () => server.url,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
    record: async (rules, from, to) => {
      const file = path.join(folder, 'rules.yaml');
      await writeFile(file, rules);
      await scripts.promtool(['check', 'rules', file]);
      const { groups } = parse(rules) as RuleFile;
      for (const marks of [false, true]) {
        // One name for both: the second at which a group is evaluated depends on it.
        const part = path.join(folder, 'part.yaml');
        const of = groups.map((group) => ({
          ...group,
          rules: group.rules.filter(({ record }) => (record === 'prodlens:evaluations') === marks),
        }));
        await writeFile(part, stringify({ groups: of }));
        await scripts.promtool([
          ...['tsdb', 'create-blocks-from', 'rules'],
          ...[`--start=${from}`, `--end=${to}`, `--url=${server.url}`],
          ...[`--output-dir=${data}`, '--eval-interval=1m', part],
        ]);
        await server.stop();
        server = await start(folder, { data, config });
      }
    },
  };
}

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly record: string }[];
  }[];
}
