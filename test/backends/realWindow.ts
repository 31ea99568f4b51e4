import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { ok } from '../../src/domain/result.ts';
import { milliseconds } from '../../src/domain/units.ts';
import { compareReleases } from '../../src/releases/compareReleases.ts';
import type { BackendTraces, CreateMetrics } from '../../src/telemetry/backend.ts';
import { metricsBackends, traceBackends } from '../../src/telemetry/registry.ts';
import { numbersWindow, type Ground } from '../unit/faults/numbersWindow.ts';

export type RealWindow = ReturnType<typeof realWindow>;

interface Looked {
  readonly kind: string;
  readonly url: string;
  readonly service: string;
  readonly select?: Readonly<Record<string, string>>;
}

/** New data is asked for as soon as there is a new slot. */
const refreshEvery = 2_000;

/** A window that shows a function of a service of a real backend. */
export function realWindow({ kind, url, service, select = {} }: Looked) {
  const ground: Ground = {
    service,
    connection: () => ({
      kind,
      url,
      select,
      environment: 'production',
      headers: () => Promise.resolve(ok({})),
    }),
    ports: (operation) => ({
      now: () => Date.now(),
      after: ground.after,
      operation,
      refreshEvery: () => milliseconds(refreshEvery),
      focused: () => true,
      compare: compareReleases,
    }),
    after(pause, run) {
      const timer = setTimeout(run, pause).unref();
      return {
        dispose: () => {
          clearTimeout(timer);
        },
      };
    },
    get now() {
      return Date.now();
    },
  };
  let traces: BackendTraces | undefined;
  const ofTraces: CreateMetrics = (...given) => {
    traces = traceBackends[kind]?.(...given);
    const numbers = traces?.numbers?.();
    assert.ok(numbers !== undefined, `${kind} has no numbers`);
    return numbers;
  };
  const window = numbersWindow(metricsBackends[kind] ?? ofTraces, ground);
  return {
    ...window,
    service,
    requests: () => Number((traces ?? window).report?.()['requests']),
    traces: () => traces,
  };
}

/**
 * Looks again and again, far more often than the backend is asked, until there is what is waited for.
 *
 * @param seen what is waited for, or undefined
 */
export async function untilSeen<T>(
  what: string,
  windows: readonly RealWindow[],
  seen: () => T | undefined,
): Promise<T> {
  for (const end = Date.now() + 100_000; Date.now() < end;) {
    await Promise.all(windows.map((window) => window.look()));
    const found = seen();
    if (found !== undefined) return found;
    await delay(250);
  }
  assert.fail(
    `waited in vain for ${what}: ${JSON.stringify(windows.map((window) => window.seen()))}`,
  );
}

/**
 * Resolves when all is as before a fault.
 *
 * @param asked whether all windows have asked since it ended: the pause before, at most a minute, depends on how long it lasted
 * @returns milliseconds since they had
 */
export async function untilRecovered(
  windows: readonly RealWindow[],
  asked: () => boolean,
  isBack: () => boolean,
): Promise<number> {
  await untilSeen('questions after a fault', windows, () => asked() || isBack() || undefined);
  const started = Date.now();
  await untilSeen('recovery', windows, () => isBack() || undefined);
  return Date.now() - started;
}

/** Windows whose service is known, and that it is sampled each second. */
export async function settledWindows(windows: readonly RealWindow[]): Promise<void> {
  await untilSeen('how often the service is sampled', windows, () => {
    const unknown = windows.filter(({ report, service }) => {
      const services = report()['services'] as {
        readonly service: string;
        readonly sampleIntervalMs: number;
      }[];
      // It takes a few samples to see how often they are taken.
      const own = services.find((one) => one.service === service);
      return own === undefined || own.sampleIntervalMs > 2_000;
    });
    for (const window of unknown) window.retry();
    return unknown.length === 0 ? true : undefined;
  });
}

/** Without what differs from run to run: ports, times, ages, rates. */
export const steady = (text: string): string =>
  text
    .replaceAll(/(127\.0\.0\.1):\d+/g, '$1')
    .replaceAll(/\b\d\d:\d\d\b/g, '…')
    .replaceAll(/\b\d+ (s|min) old/g, '<age> old')
    .replaceAll(/[\d.]+\/(s|min|h)\b/g, '<rate>')
    .replaceAll(/last \d+ (s|min)\b/g, 'last <time>')
    .replaceAll(/sample of \d+/g, 'sample of <n>')
    .replaceAll(
      /\(\d+ of the last hour, of \d+ services?\)/g,
      '(<n> of the last hour, of <n> services)',
    );
