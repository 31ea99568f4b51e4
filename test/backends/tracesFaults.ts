import { randomBytes } from 'node:crypto';
import { serviceKey } from '../../src/domain/service.ts';
import type { Failure, Result } from '../../src/domain/result.ts';
import { control } from './faultServers.ts';
import { realWindow, untilRecovered, untilSeen } from './realWindow.ts';
import { RecordingProxy } from './recordingProxy.ts';
import { asOtlp, asZipkin, sampleTraffic, type SampleTrace } from './sampleTraffic.ts';
import { post, urlFrom } from './traceBackend.ts';
import type { SeenNumbers } from '../unit/faults/numbersWindow.ts';

const never = new AbortController().signal;
const select = { 'deployment.environment.name': 'production' };

const servers = {
  jaeger: {
    url: () => urlFrom('PRODLENS_TEST_JAEGER'),
    send: (traces: readonly SampleTrace[]) =>
      post(`${urlFrom('PRODLENS_TEST_JAEGER_OTLP')}/v1/traces`, asOtlp(traces)),
  },
  zipkin: {
    url: () => urlFrom('PRODLENS_TEST_ZIPKIN'),
    send: (traces: readonly SampleTrace[]) =>
      post(`${urlFrom('PRODLENS_TEST_ZIPKIN')}/api/v2/spans`, asZipkin(traces)),
  },
};

export interface SeenRestart {
  /** While the server is away. */
  readonly during: SeenNumbers;
  readonly asked: number;
  /** It is back, and has nothing. */
  readonly empty: SeenNumbers;
  readonly warnings: readonly string[];
  /** From the first question after it is back, milliseconds. */
  readonly recoveredIn: number;
  readonly askedAfter: number;
  /** The same in a window that is opened now. */
  readonly openedEmpty: SeenNumbers;
  /** With new traces: in the window that saw the old ones, and in the other. */
  readonly after: SeenNumbers;
  readonly opened: SeenNumbers;
  readonly sent: { readonly before: number; readonly after: number };
  /** Time that the other window says to cover, and that of the new traces, milliseconds. */
  readonly covered: number;
  readonly storedFor: number;
  /** Messages of looking up a trace that is gone, and of a search while the server was away. */
  readonly lookup: string;
  readonly search: string;
}

const told = (answer: Result<unknown> | undefined): string => {
  const failure: Failure | undefined = answer?.ok === false ? answer.failure : undefined;
  return `${failure?.message ?? ''} ${failure?.remedy ?? ''}`.trim();
};

/** A server with its storage in memory, that forgets all when it is started anew. */
export async function restartedTraces(server: 'jaeger' | 'zipkin'): Promise<SeenRestart> {
  const { url, send } = servers[server];
  const front = `Front-${randomBytes(4).toString('hex')}`;
  const service = serviceKey(front, 'acme');
  const proxy = new RecordingProxy(url());
  const looked = { kind: server, service, select };
  const window = realWindow({ ...looked, url: url() });
  const counted = realWindow({ ...looked, url: await proxy.start() });
  const windows = [window, counted];
  const traffic = (count: number): readonly SampleTrace[] =>
    sampleTraffic(front, count, Date.now()).filter(
      ({ route, environment }) => route === '/orders/:id' && environment === 'production',
    );
  const search = async (): Promise<string> =>
    told(
      await window.traces()?.search({ service, operations: [], kind: 'recent', limit: 5 }, never),
    );
  try {
    const first = traffic(40);
    await send(first);
    // Services are looked at some at a time.
    await untilSeen('numbers', windows, () => {
      if (windows.every((one) => one.seen().calls === first.length)) return true;
      for (const one of windows) if (one.seen().calls === undefined) one.retry();
      return undefined;
    });
    await control(server, 'stop');
    const counts = (): readonly [number, number] => [window.requests(), proxy.asked.length];
    const stopped = counts();
    await untilSeen('two refusals', windows, () =>
      counts().every((count, i) => count - (stopped[i] ?? 0) >= 2) ? true : undefined,
    );
    const during = window.seen();
    const away = counts();
    const searched = await search();
    await control(server, 'start');
    const begun = counts();
    const recoveredIn = await untilRecovered(
      windows,
      () => counts().every((count, i) => count > (begun[i] ?? 0)),
      () => windows.every((one) => one.seen().health !== 'unreachable'),
    );
    const askedAfter = counts()[1] - away[1];
    await untilSeen('what is lost', [window], () => window.warnings().length > 0 || undefined);
    const empty = window.seen();
    const warnings = window.warnings();
    const other = realWindow({ ...looked, url: url() });
    windows.push(other);
    await other.look();
    const openedEmpty = other.seen();
    const [old] = first;
    const lookup = told(await window.traces()?.trace(old?.traceId ?? '', never));
    const second = traffic(20);
    await send(second);
    await untilSeen('new numbers', windows, () => {
      if (other.seen().calls === undefined) other.retry();
      return window.seen().calls === first.length + second.length &&
        other.seen().calls === second.length
        ? true
        : undefined;
    });
    const oldest = Math.min(...second.flatMap(({ spans }) => spans.map(({ start }) => start)));
    return {
      during,
      asked: away[1] - stopped[1],
      empty,
      warnings,
      recoveredIn,
      askedAfter,
      openedEmpty,
      after: window.seen(),
      opened: other.seen(),
      sent: { before: first.length, after: second.length },
      covered: other.insight()?.numbers?.sample?.covered ?? NaN,
      storedFor: Date.now() - oldest / 1000,
      lookup,
      search: searched,
    };
  } finally {
    for (const one of windows) one.dispose();
    proxy.stop();
  }
}
