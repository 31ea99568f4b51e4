import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ok } from '../../../src/domain/result.ts';
import type { ReleaseSources } from '../../../src/insights/contract.ts';
import type { Insight } from '../../../src/domain/insight.ts';
import type { UnixMillis } from '../../../src/domain/units.ts';
import { createInsightService } from '../../../src/insights/insightService.ts';
import type { Remote } from '../../../src/rpc/contract.ts';
import { inProcess } from '../../../src/rpc/peer.ts';
import type { FileBaseline, IndexContract } from '../../../src/symbols/contract.ts';
import type { TelemetryCore } from '../../../src/telemetry/local/core.ts';
import type { MetricsSource } from '../../../src/telemetry/ports.ts';
import { IndexService } from '../../../src/workers/indexService.ts';

const languages: Readonly<Record<string, string>> = {
  '.js': 'javascript',
  '.ts': 'typescript',
  '.py': 'python',
  '.java': 'java',
  '.go': 'go',
  '.rs': 'rust',
};

/** Source, telemetry and the service that joins them, as in the extension but in one thread and without VS Code. */
export async function openWorld(
  source: string,
  core: TelemetryCore,
  now: UnixMillis,
  grammars: string,
  follow?: (index: Remote<IndexContract>) => ReleaseSources,
) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pl-stacks-'));
  await cp(source, folder, { recursive: true });
  type Events = IndexContract['events'];
  let tell: <Name extends 'changed' | 'wanted'>(name: Name, payload: Events[Name]) => void = () =>
    undefined;
  const service = new IndexService({
    changed: (payload) => {
      tell('changed', payload);
    },
    problems: () => undefined,
    rules: () => undefined,
    wanted: (payload) => {
      tell('wanted', payload);
    },
  });
  const { remote, server } = inProcess<IndexContract>(service.handlers);
  tell = (name, payload) => {
    server.emit(name, payload);
  };
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  await remote.call('configure', {
    folders: [{ path: folder, files, exclude: [] }],
    grammarsFolder: grammars,
    trusted: true,
  });
  await remote.call('routes', undefined);
  const metrics: MetricsSource = {
    services: () => Promise.resolve(ok(core.services(now))),
    numbers: (query) => Promise.resolve(ok(core.numbers(query, now))),
    exceptions: (query) => Promise.resolve(ok(core.exceptions(query, now))),
    onDidChange: () => ({ dispose: () => undefined }),
  };
  const insights = createInsightService({
    index: remote,
    environment: {
      current: () => ({
        name: 'local',
        production: false,
        window: '24h',
        health: 'listening',
        detail: '',
        metrics,
      }),
      onDidChange: () => ({ dispose: () => undefined }),
    },
    after: (pause, run) => {
      const timer = setTimeout(run, pause);
      return {
        dispose: () => {
          clearTimeout(timer);
        },
      };
    },
    ...(follow === undefined ? {} : { releases: follow(remote) }),
    report: (text, error) => {
      throw new Error(`${text}: ${String(error)}`);
    },
  });
  service.receive(core.operations().operations, true);
  const at = (name: string): string => path.join(folder, name);
  return {
    at,
    index: remote,
    open: async (name: string, text?: string): Promise<string> => {
      const content = text ?? (await readFile(at(name), 'utf8'));
      if (text !== undefined) await writeFile(at(name), text);
      const language = languages[path.extname(name)] ?? '';
      await remote.call('open', { path: at(name), language, version: 1, text: content });
      return content;
    },
    /** An edit at the start of a line, not saved. */
    insert: (name: string, version: number, line: number, text: string) => {
      const place = { line, character: 0 };
      const edits = [{ range: { start: place, end: place }, text }];
      return remote.call('edit', { path: at(name), version, edits });
    },
    baseline: (name: string, baseline: FileBaseline) =>
      remote.call('baselines', { path: at(name), baselines: [baseline] }),
    /** Insights of a file once they are as wanted. */
    when: (
      name: string,
      wanted: (all: readonly Insight[]) => boolean,
    ): Promise<readonly Insight[]> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          insights.insights(at(name)).then(({ insights: all }) => {
            if (!wanted(all)) return;
            listening.dispose();
            resolve(all);
          }, reject);
        };
        // After the service that answers has heard of it.
        const listening = remote.on('changed', look);
        look();
      }),
    close: async (): Promise<void> => {
      insights.dispose();
      service.dispose();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
