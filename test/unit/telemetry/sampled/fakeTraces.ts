import type { OperationId } from '../../../../src/domain/operation.ts';
import { ok, type Result } from '../../../../src/domain/result.ts';
import type { FunctionNumbers } from '../../../../src/domain/stats.ts';
import { milliseconds } from '../../../../src/domain/units.ts';
import type { BackendPorts } from '../../../../src/telemetry/backend.ts';
import type { SpanRecord } from '../../../../src/telemetry/local/model.ts';
import type { Select } from '../../../../src/telemetry/ports.ts';
import { SampledSource } from '../../../../src/telemetry/sampled/source.ts';
import type {
  SampleAnswer,
  SampleQuestion,
  TraceSearch,
} from '../../../../src/telemetry/sampled/traceSearch.ts';
import { asTheyAre, type Naming } from '../../../../src/telemetry/traces/naming.ts';
import { t0 } from '../core/builders.ts';

export const minute = 60_000;
export const hour = 60 * minute;
const startOf = ({ start }: SpanRecord): number => start.seconds * 1000 + start.nanos / 1e6;

/** A store of traces that answers with the newest that fit, as Jaeger's and Zipkin's do. */
export class FakeTraces implements TraceSearch {
  readonly name = 'Jaeger';
  naming: Naming = asTheyAre;
  readonly asked: (SampleQuestion | 'services' | 'names')[] = [];
  readonly spans: SpanRecord[] = [];
  time?: () => number;
  /** A trace of each answer is too large to be had. */
  lacking = false;
  now: number = t0 + 2 * hour;
  focused = true;
  likely: readonly string[] = [];
  refuse: (question: SampleQuestion) => Result<never> | undefined = () => undefined;

  services(): Promise<Result<readonly string[]>> {
    this.asked.push('services');
    return Promise.resolve(ok([...new Set(this.spans.map((s) => s.resource.service))]));
  }

  spanNames(service: string): Promise<Result<readonly string[]>> {
    this.asked.push('names');
    const own = this.spans.filter((s) => s.resource.service === service);
    return Promise.resolve(ok([...new Set(own.map(({ name }) => name))]));
  }

  newest(question: SampleQuestion): Promise<Result<SampleAnswer>> {
    this.asked.push(question);
    const refused = this.refuse(question);
    if (refused !== undefined) return Promise.resolve(refused);
    const { service, spanName, from, to, depth } = question;
    const fitting = new Map<string, number>();
    for (const span of this.spans) {
      const start = startOf(span);
      if (span.resource.service !== service || start < from || start >= to) continue;
      if (spanName !== undefined && span.name !== spanName) continue;
      fitting.set(span.traceId, Math.max(start, fitting.get(span.traceId) ?? 0));
    }
    const newest = [...fitting].sort((a, b) => b[1] - a[1]).slice(0, depth);
    const ids = new Set(newest.map(([id]) => id));
    const spans = this.spans.filter(({ traceId }) => ids.has(traceId));
    return Promise.resolve(ok(this.lacking ? { spans, lacking: true } : { spans }));
  }

  questions(): readonly SampleQuestion[] {
    return this.asked.filter((one) => typeof one !== 'string');
  }

  source(select: Select = {}, options: Readonly<Record<string, unknown>> = {}): SampledSource {
    const ports: BackendPorts = {
      now: () => this.now,
      after: () => ({ dispose: () => undefined }),
      operation: () => undefined,
      refreshEvery: () => milliseconds(minute),
      focused: () => this.focused,
      likelyServices: () => this.likely,
      compare: () => {
        throw new Error('a sample is not compared');
      },
    };
    const connection = {
      kind: 'jaeger',
      url: 'http://jaeger.test',
      select,
      environment: 'test',
      options,
    };
    return new SampledSource(connection, ports, this, () => 0.5);
  }
}

export const never = new AbortController().signal;

/** What a window does at each refresh: the services, then the numbers of the functions in sight. */
export async function look(
  source: SampledSource,
  names: readonly string[],
  window = hour,
): Promise<readonly FunctionNumbers[]> {
  const services = await source.services(never);
  if (!services.ok) throw new Error(services.failure.message);
  const groups = names.map((name) => {
    const own = source.operations().filter((one) => one.name === name);
    return {
      key: name,
      service: own[0]?.service ?? services.value[0]?.service ?? ('none' as never),
      operations: own.map(({ id }): OperationId => id),
    };
  });
  const answer = await source.numbers(
    { groups, window: milliseconds(window), seriesPoints: 30 },
    never,
  );
  if (!answer.ok) throw new Error(answer.failure.message);
  return answer.value;
}
