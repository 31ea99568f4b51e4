import type {
  ExceptionStack,
  ServiceExceptions,
  StackedExceptions,
} from '../domain/exceptionStack.ts';
import type { FunctionId } from '../domain/functionDecl.ts';
import type { StackErrors } from '../domain/insight.ts';
import type { ServiceState } from '../domain/release.ts';
import type { ServiceKey } from '../domain/service.ts';
import type { ExceptionGroup, FunctionNumbers, FunctionStats } from '../domain/stats.ts';
import { unixMillis } from '../domain/units.ts';
import type { FileView } from '../symbols/contract.ts';

/** What is known of exceptions in the window. */
export interface KnownExceptions {
  readonly services: ReadonlyMap<ServiceKey, ServiceExceptions>;
  readonly stacks: ReadonlyMap<string, ExceptionStack>;
}

/** Exceptions of a service that have a function in their stack. */
export interface FunctionStacks {
  readonly service: ServiceKey;
  readonly of: ServiceExceptions;
  readonly found: readonly {
    readonly seen: StackedExceptions;
    readonly stack: ExceptionStack | undefined;
    readonly thrown: boolean;
  }[];
  /** Every line is known in the present text. */
  readonly exact: boolean;
}

/** Joins where stacks are in a file with how often they came. */
export function stacksByFunction(
  view: FileView,
  exceptions: KnownExceptions | undefined,
): ReadonlyMap<FunctionId, readonly FunctionStacks[]> {
  const byFunction = new Map<FunctionId, Map<ServiceKey, FunctionStacks>>();
  for (const place of view.stacks ?? []) {
    const of = exceptions?.services.get(place.service);
    const seen = of?.exceptions.filter(
      ({ stack, release }) => stack === place.stack && release === place.version,
    );
    if (of === undefined || seen === undefined || seen.length === 0) continue;
    const services = byFunction.get(place.function) ?? new Map<ServiceKey, FunctionStacks>();
    byFunction.set(place.function, services);
    const before = services.get(place.service);
    services.set(place.service, {
      service: place.service,
      of,
      found: [
        ...(before?.found ?? []),
        ...seen.map((exception) => ({
          seen: exception,
          stack: exceptions?.stacks.get(place.stack),
          thrown: place.thrown,
        })),
      ],
      exact: (before?.exact ?? true) && place.line !== undefined,
    });
  }
  return new Map([...byFunction].map(([id, services]) => [id, [...services.values()]]));
}

/** Numbers that hold no count of calls, hence no rate, no ratio and no percentile. */
export function numbersOfStacks(
  { of, found }: FunctionStacks,
  state: ServiceState | undefined,
): { readonly numbers: FunctionNumbers; readonly errors: StackErrors } {
  const weighted = found.some(({ seen }) => seen.weighted === true);
  const sum = (which: typeof found): number => {
    const times = which.reduce((total, { seen }) => total + seen.count, 0);
    return weighted ? Math.round(times) : times;
  };
  const stats = (which: typeof found): FunctionStats => ({
    errors: sum(which),
    basis: weighted ? 'weighted' : 'all',
    ...(of.lowerBound === undefined ? {} : { lowerBound: of.lowerBound }),
    source: of.source,
  });
  const versions = [...new Set(found.map(({ seen }) => seen.release))];
  const ofRelease = (version: string): typeof found =>
    found.filter(({ seen }) => seen.release === version);
  const split = (which: typeof found) => ({
    thrown: sum(which.filter(({ thrown }) => thrown)),
    passing: sum(which.filter(({ thrown }) => !thrown)),
  });
  const newest = (which: typeof found): number =>
    Math.max(...which.map(({ seen }) => seen.lastSeen));
  const releases = versions
    .map((version) => {
      const which = ofRelease(version);
      const known = state?.releases.find((r) => r.version === version);
      return {
        version,
        run: known?.run ?? 0,
        running: known?.running ?? false,
        ...(known?.share === undefined ? {} : { share: known.share }),
        ...(known?.firstSeen === undefined ? {} : { firstSeen: known.firstSeen }),
        lastSeen: known?.lastSeen ?? unixMillis(newest(which)),
        ...(known?.commit === undefined ? {} : { commit: known.commit }),
        stats: stats(which),
      };
    })
    .sort((a, b) => Number(b.running) - Number(a.running) || b.lastSeen - a.lastSeen);
  return {
    numbers: {
      key: '',
      window: of.window,
      observedAt: unixMillis(newest(found)),
      serviceAlive: state?.alive ?? false,
      ...(state === undefined || state.alive ? {} : { silentSince: state.lastSeen }),
      total: stats(found),
      releases,
      exceptions: kinds(found),
      series: [],
      comparisons: [],
    },
    errors: {
      ...split(found),
      releases: releases.map(({ version }) => ({ version, ...split(ofRelease(version)) })),
    },
  };
}

/** By type and message shape, most frequent first. */
function kinds(found: FunctionStacks['found']): readonly ExceptionGroup[] {
  const merged = new Map<string, ExceptionGroup>();
  for (const { seen, stack } of found) {
    const key = `${seen.type}\n${seen.messageShape}`;
    const before = merged.get(key);
    const newer = before === undefined || seen.lastSeen > before.lastSeen;
    merged.set(key, {
      type: seen.type,
      messageShape: seen.messageShape,
      count: (before?.count ?? 0) + seen.count,
      lastSeen: newer ? seen.lastSeen : before.lastSeen,
      releases: [...new Set([...(before?.releases ?? []), seen.release])],
      frames: newer ? (stack?.frames ?? []) : before.frames,
      framesOf: newer ? seen.release : (before.framesOf ?? seen.release),
      traceId: newer ? seen.traceId : (before.traceId ?? seen.traceId),
    });
  }
  return [...merged.values()].sort((a, b) => b.count - a.count);
}
