import type { Insight } from '../domain/insight.ts';
import type { ServiceState } from '../domain/release.ts';
import { ok, type Failure } from '../domain/result.ts';
import type { ServiceKey } from '../domain/service.ts';
import { windowLength } from '../domain/units.ts';
import type { IndexContract } from '../symbols/contract.ts';
import type { FileView } from '../symbols/contract.ts';
import type { Remote } from '../rpc/contract.ts';
import type { MetricsSource, OperationGroup } from '../telemetry/ports.ts';
import { healthOf } from './environmentHealth.ts';
import { ExceptionFeed } from './exceptionFeed.ts';
import { combine, groupOperations, operationGroup } from './combine.ts';
import type { EnvironmentView, InsightService, ReleaseSources } from './contract.ts';
import { FollowedReleases } from './followedReleases.ts';
import { LastNumbers } from './lastNumbers.ts';
import { LatestFiles } from './latestFiles.ts';
import { expectOperations, ownOperations } from './ownOperations.ts';

interface Disposable {
  dispose(): void;
}

/** The selected environment as the service sees it: who it is, and where its numbers come from. */
export interface EnvironmentSource {
  current(): Omit<EnvironmentView, 'services'> & { readonly metrics?: MetricsSource };
  onDidChange(listener: () => void): Disposable;
}

export interface InsightDependencies {
  readonly index: Pick<Remote<IndexContract>, 'call' | 'on'>;
  readonly environment: EnvironmentSource;
  /** Absent: nothing is known of the repository. */
  readonly releases?: ReleaseSources;
  readonly after: (milliseconds: number, run: () => void) => Disposable;
  /** Something failed that a person didn't ask for. */
  readonly report: (text: string, error: unknown) => void;
}

export interface InsightServiceHost extends InsightService {
  /** Files in sight: only these are refreshed by themselves. */
  setShown(paths: readonly string[]): void;
  dispose(): void;
}

/** Pause between refreshes that new data asks for: well under the promised 5 s, and never a queue. */
const refreshPause = 1_000;
/** Without new data the window still moves on, and silence becomes staleness. */
const idleRefresh = 15_000;
/** Symbols of an edited file are asked for after a pause in typing. */
const symbolsPause = 120;
const seriesPoints = 30;

/** Joins symbols, attributions and numbers; schedules refreshes; keeps the last good ones (docs/architecture.md). */
export function createInsightService(dependencies: InsightDependencies): InsightServiceHost {
  const { index, environment, after, report, releases } = dependencies;
  const files = new LatestFiles();
  const numbers = new LastNumbers();
  const followed = releases && new FollowedReleases(releases);
  const exceptions = new ExceptionFeed(index);
  const changeListeners = new Set<(paths: readonly string[]) => void>();
  const environmentListeners = new Set<(environment: EnvironmentView) => void>();
  const timers = new Map<string, Disposable>();
  let services = new Map<ServiceKey, ServiceState>();
  let failure: Failure | undefined;
  let shown: readonly string[] = [];
  let refreshing: Promise<void> | undefined;
  let again = false;
  let disposed = false;
  let end = new AbortController();
  let announced = '';

  const schedule = (name: string, pause: number, run: () => void): void => {
    if (disposed || timers.has(name)) return;
    timers.set(
      name,
      after(pause, () => {
        timers.delete(name);
        run();
      }),
    );
  };
  const background = (what: string, work: Promise<unknown>): void => {
    work.catch((error: unknown) => {
      if (!disposed) report(what, error);
    });
  };

  function environmentView(): EnvironmentView {
    const inSight = shown.flatMap((path) => viewOf(path)?.services ?? []);
    return healthOf(
      environment.current(),
      [...services.values()],
      failure,
      new Set(inSight.map(({ service }) => service)),
    );
  }
  function announceEnvironment(): void {
    const view = environmentView();
    const text = JSON.stringify(view);
    if (text === announced) return;
    announced = text;
    for (const listener of [...environmentListeners]) listener(view);
  }

  /** Makes insights of the given files anew, from memory. */
  function recombine(paths: readonly string[]): void {
    const { name, production, metrics, detail } = environment.current();
    const offline: Failure | undefined =
      failure ?? (metrics === undefined ? { reason: 'unreachable', message: detail } : undefined);
    const changed = paths.filter((path) => {
      const view = viewOf(path);
      if (view === undefined) return files.put(path, []);
      return files.put(
        path,
        combine(view, {
          environment: name,
          production,
          services,
          exceptions: exceptions.known,
          numbersOf: (key) => numbers.get(key),
          ...(offline === undefined ? {} : { failure: offline }),
          ...(followed === undefined
            ? {}
            : { commitOf: followed.commitsOf(view, services, shown.includes(view.path)) }),
        }),
      );
    });
    if (changed.length > 0) for (const listener of [...changeListeners]) listener(changed);
  }

  async function loadView(path: string, signal?: AbortSignal): Promise<FileView | null> {
    const view = await index.call('file', { path }, signal === undefined ? {} : { signal });
    files.setView(path, view);
    return view;
  }

  /** Asks for numbers of these groups, all in one request. */
  async function fetchNumbers(groups: readonly OperationGroup[]): Promise<void> {
    const { metrics, window } = environment.current();
    if (metrics === undefined) return;
    const { signal } = end;
    const seen = await metrics.services(signal);
    if (isAborted(signal)) return;
    if (seen.ok) services = new Map(seen.value.map((s) => [s.service, s]));
    failure = seen.ok ? undefined : seen.failure;
    if (!seen.ok) return;
    const wanted = [...new Map(groups.map((group) => [group.key, group])).values()];
    const length = windowLength(window);
    const [answer] = await Promise.all([
      wanted.length === 0
        ? ok([])
        : metrics.numbers({ groups: wanted, window: length, seriesPoints }, signal),
      exceptions.follow(metrics, length, signal),
    ]);
    if (isAborted(signal)) return;
    background('giving stacks', exceptions.give());
    followed?.wantTexts(services, shown);
    if (!answer.ok) {
      failure = answer.failure;
      return;
    }
    numbers.take(answer.value);
  }

  /** Answers still under way are of what is forgotten, too. */
  function forgetNumbers(): void {
    end.abort();
    end = new AbortController();
    numbers.clear();
    exceptions.clear();
    files.clearInsights();
  }

  /** A file as the selected source sees it. */
  function viewOf(path: string): FileView | undefined {
    const view = files.view(path);
    return view && ownOperations(view, environment.current().metrics);
  }

  const groupsOf = (paths: readonly string[]): readonly OperationGroup[] =>
    paths.flatMap((path) => {
      const view = viewOf(path);
      return view === undefined
        ? []
        : groupOperations(view).flatMap((group) => operationGroup(group) ?? []);
    });

  /** Numbers of everything in sight; one at a time, and one more when something changed meanwhile. */
  function refresh(): Promise<void> {
    if (refreshing !== undefined) {
      again = true;
      return refreshing;
    }
    const run = async (): Promise<void> => {
      do {
        again = false;
        const paths = shown;
        await Promise.all(
          paths.filter((path) => files.needsView(path)).map((path) => loadView(path)),
        );
        const views = paths.flatMap((path) => viewOf(path) ?? []);
        expectOperations(views, environment.current().metrics);
        await fetchNumbers(groupsOf(paths));
        if (isDisposed()) return;
        recombine(paths);
        announceEnvironment();
      } while (wantsAgain());
    };
    refreshing = run().finally(() => {
      refreshing = undefined;
      timers.get('idle')?.dispose();
      timers.delete('idle');
      schedule('idle', idleRefresh, () => {
        background('refreshing', refresh());
      });
    });
    return refreshing;
  }
  const isDisposed = (): boolean => disposed;
  const wantsAgain = (): boolean => again && !disposed;

  const refreshSoon = (pause = refreshPause): void => {
    files.staleNumbers();
    schedule('refresh', pause, () => {
      background('refreshing', refresh());
    });
  };

  /** Symbols or attributions changed: positions follow from memory, and only operations never asked for are asked. */
  async function symbolsChanged(): Promise<void> {
    const paths = shown.filter((path) => files.needsView(path));
    await Promise.all(paths.map((path) => loadView(path)));
    recombine(paths);
    if (groupsOf(paths).some((group) => !numbers.has(group.key))) await refresh();
  }

  const subscriptions: Disposable[] = [
    index.on('changed', ({ paths, all }) => {
      // A thread that was started anew knows of no stacks.
      if (all === true) background('giving stacks', exceptions.giveAgain());
      if (all === true) files.staleViews();
      else files.staleViews(paths);
      // The workspace is read: nothing is being typed that would be worth waiting for.
      schedule(all === true ? 'workspace' : 'symbols', all === true ? 0 : symbolsPause, () => {
        background('reading symbols', symbolsChanged());
      });
    }),
  ];
  let source: MetricsSource | undefined;
  let sourceSubscription: Disposable | undefined;
  let chosen = '';
  const followSource = (): void => {
    const { metrics, name, window } = environment.current();
    if (metrics !== source) {
      sourceSubscription?.dispose();
      source = metrics;
      sourceSubscription = metrics?.onDidChange(() => {
        refreshSoon();
      });
      failure = undefined;
      if (metrics === undefined) services = new Map();
    }
    const choice = JSON.stringify([name, window]);
    if (choice !== chosen) {
      // Numbers of another environment or window are never shown under this one's name; their late answers are dropped.
      forgetNumbers();
      chosen = choice;
    }
    announceEnvironment();
    refreshSoon(0);
  };
  subscriptions.push(environment.onDidChange(followSource));
  if (releases !== undefined && followed !== undefined)
    subscriptions.push(
      releases.onDidChange((paths) => {
        recombine(paths);
        followed.wantTexts(services, shown);
      }),
      index.on('wanted', (sources) => {
        followed.setWanted(sources);
        recombine(shown.filter((path) => followed.isWanted(path)));
        followed.wantTexts(services, shown);
      }),
    );
  followSource();

  return {
    async insights(path, signal) {
      if (files.needsView(path)) await loadView(path, signal);
      if (files.needsNumbers(path)) {
        if (refreshing !== undefined && shown.includes(path)) await refreshing;
        else await fetchNumbers(groupsOf([path]));
        recombine([path]);
      } else if (refreshing !== undefined && shown.includes(path)) await refreshing;
      return files.insights(path) ?? { path, insights: [] };
    },
    peek: (path) => files.insights(path),
    byId: (id): Insight | undefined => files.byId(id),
    environment: environmentView,
    refresh: () => {
      files.staleViews();
      return refresh();
    },
    forget: async () => {
      forgetNumbers();
      files.staleViews();
      await refresh();
      for (const listener of [...changeListeners]) listener(shown);
    },
    onDidChange: (listener) => {
      changeListeners.add(listener);
      return { dispose: () => void changeListeners.delete(listener) };
    },
    onDidChangeEnvironment: (listener) => {
      environmentListeners.add(listener);
      return { dispose: () => void environmentListeners.delete(listener) };
    },
    setShown(paths) {
      const added = paths.some((path) => !shown.includes(path));
      shown = [...paths];
      files.keep(shown);
      if (added) refreshSoon(0);
      // What is in sight no more is no trouble either.
      else announceEnvironment();
    },
    dispose() {
      disposed = true;
      end.abort();
      for (const timer of timers.values()) timer.dispose();
      timers.clear();
      sourceSubscription?.dispose();
      for (const subscription of subscriptions) subscription.dispose();
      changeListeners.clear();
      environmentListeners.clear();
    },
  };
}

/** A call, so that the compiler doesn't take an earlier answer for a later one. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
