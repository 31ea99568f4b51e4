import type { Insight } from '../domain/insight.ts';
import type { ServiceState } from '../domain/release.ts';
import { ok, type Failure } from '../domain/result.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { CodeRelease } from '../domain/workspace.ts';
import { windowLength } from '../domain/units.ts';
import type { IndexContract } from '../symbols/contract.ts';
import type { FileView } from '../symbols/contract.ts';
import type { Remote } from '../rpc/contract.ts';
import type { MetricsSource, OperationGroup } from '../telemetry/ports.ts';
import { VerdictHold } from '../releases/verdictHold.ts';
import { healthOf } from './environmentHealth.ts';
import { ExceptionFeed } from './exceptionFeed.ts';
import type { CombineContext, KnownNumbers } from './combine.ts';
import { combine, groupOperations, operationGroup } from './combine.ts';
import type { EnvironmentView, InsightService, ReleaseSources } from './contract.ts';
import { namesNotThere } from './drift.ts';
import { LatestFiles } from './latestFiles.ts';

type CommitOf = NonNullable<CombineContext['commitOf']>;

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
const maxNumbers = 5_000;

/** Joins symbols, attributions and numbers; schedules refreshes; keeps the last good ones (docs/architecture.md). */
export function createInsightService(dependencies: InsightDependencies): InsightServiceHost {
  const { index, environment, after, report, releases } = dependencies;
  const files = new LatestFiles();
  const numbers = new Map<string, KnownNumbers>();
  const hold = new VerdictHold();
  const exceptions = new ExceptionFeed(index);
  const changeListeners = new Set<(paths: readonly string[]) => void>();
  const environmentListeners = new Set<(environment: EnvironmentView) => void>();
  const timers = new Map<string, Disposable>();
  let services = new Map<ServiceKey, ServiceState>();
  let wantedSources: ReadonlyMap<string, readonly CodeRelease[]> = new Map();
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
          ...(releases === undefined ? {} : { commitOf: followReleases(view, releases) }),
        }),
      );
    });
    if (changed.length > 0) for (const listener of [...changeListeners]) listener(changed);
  }

  /** Has the releases that run the file looked up; the answer is what is known of them now. */
  function followReleases(view: FileView, sources: ReleaseSources): CommitOf {
    const own = new Set([
      ...view.services.map(({ service }) => service),
      ...view.attributions.map(({ operation }) => operation.service),
    ]);
    // The code that a stack is of may run no more: its lines are followed all the same.
    const stacked = new Set((view.stacks ?? []).map((s) => `${s.service}\n${s.version}`));
    for (const { service } of view.stacks ?? []) own.add(service);
    for (const { service, version } of wantedSources.get(view.path) ?? []) {
      own.add(service);
      stacked.add(`${service}\n${version}`);
    }
    const running = [...own].flatMap((service) =>
      (services.get(service)?.releases ?? [])
        .filter(({ version }) => version !== '')
        .filter(({ version, running }) => running || stacked.has(`${service}\n${version}`))
        .map(({ version, commit }) => ({
          service,
          version,
          ...(commit === undefined ? {} : { commit }),
        })),
    );
    if (running.length > 0 && shown.includes(view.path))
      sources.want(view.path, running, namesNotThere(view));
    return (service, version) => sources.commitOf(view.path, { service, version })?.commit;
  }

  /** Telemetry names lines of more files than those in sight. */
  function followWanted(): void {
    if (releases === undefined) return;
    for (const [path, wanted] of wantedSources)
      if (!shown.includes(path))
        releases.wantText(
          path,
          wanted.map(({ service, version }) => {
            const known = services.get(service)?.releases.find((r) => r.version === version);
            return {
              service,
              version,
              ...(known?.commit === undefined ? {} : { commit: known.commit }),
            };
          }),
        );
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
    followWanted();
    if (!answer.ok) {
      failure = answer.failure;
      return;
    }
    for (const fresh of answer.value) {
      const before = numbers.get(fresh.key);
      const hadCalls = before?.numbers.observedAt !== undefined ? before.numbers : before?.lastGood;
      const lastGood = fresh.observedAt !== undefined ? fresh : hadCalls;
      numbers.delete(fresh.key);
      numbers.set(fresh.key, {
        numbers: { ...fresh, comparisons: hold.settle(fresh.key, fresh.comparisons) },
        ...(lastGood === undefined ? {} : { lastGood }),
      });
    }
    for (const key of numbers.keys()) {
      if (numbers.size <= maxNumbers) break;
      numbers.delete(key);
    }
  }

  /** Answers still under way are of what is forgotten, too. */
  function forgetNumbers(): void {
    end.abort();
    end = new AbortController();
    numbers.clear();
    hold.clear();
    exceptions.clear();
    files.clearInsights();
  }

  /** A file as the selected source sees it: what other sources saw neither owns its numbers nor makes them ambiguous. */
  function viewOf(path: string): FileView | undefined {
    const view = files.view(path);
    const { metrics } = environment.current();
    if (view === undefined || metrics?.knows === undefined) return view;
    const attributions = view.attributions.filter(
      ({ operation }) => metrics.knows?.(operation.id) ?? true,
    );
    return { ...view, attributions };
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
  if (releases !== undefined)
    subscriptions.push(
      releases.onDidChange((paths) => {
        recombine(paths);
        followWanted();
      }),
      index.on('wanted', (sources) => {
        wantedSources = new Map(sources.map((source) => [source.path, source.releases]));
        recombine(shown.filter((path) => wantedSources.has(path)));
        followWanted();
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
