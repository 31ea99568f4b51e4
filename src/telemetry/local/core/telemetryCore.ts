import type { Operation } from '../../../domain/operation.ts';
import { fail, ok, type Result } from '../../../domain/result.ts';
import { routeMatcher, type RouteMatcher } from '../../../domain/routeMatch.ts';
import { callMatcher, type CallMatcher } from '../../../domain/callMatch.ts';
import type { RouteTable } from '../../../domain/route.ts';
import type { ServiceState } from '../../../domain/release.ts';
import type { FunctionNumbers } from '../../../domain/stats.ts';
import type { Trace, TraceSummary } from '../../../domain/trace.ts';
import type { UnixMillis } from '../../../domain/units.ts';
import type {
  ExceptionsAnswer,
  ExceptionsQuery,
  NumbersQuery,
  Select,
  TraceQuery,
} from '../../ports.ts';
import type { CoreOptions, TelemetryCore } from '../core.ts';
import type { IngestOutcome, MetricRecord, SpanRecord } from '../model.ts';
import { CoreState } from './coreState.ts';
import { exceptionsOf } from './exceptionsQuery.ts';
import { MetricsIngest } from './metricsIngest.ts';
import { numbersOf, serviceAsked, serviceStates } from './query.ts';
import { chooseService } from './serviceTable.ts';
import { readSnapshot, snapshotProblem, writeSnapshot } from './snapshot.ts';
import { SpanIngest } from './spanIngest.ts';
import { traceView } from './traceView.ts';

/** The receiver's knowledge: what came in, and what it means. Time comes only from its callers. */
export function createTelemetryCore(options: CoreOptions): TelemetryCore {
  return new LocalTelemetry(options);
}

class LocalTelemetry implements TelemetryCore {
  private state: CoreState;
  private ingest: SpanIngest;
  private metricsIngest: MetricsIngest;
  private matcher: RouteMatcher | undefined;
  private calls: CallMatcher | undefined;
  private tidied = 0;
  private changes = 0;

  private readonly options: CoreOptions;

  constructor(options: CoreOptions) {
    this.options = options;
    this.state = new CoreState(options, options.now);
    this.ingest = this.newIngest();
    this.metricsIngest = new MetricsIngest(this.state);
  }

  get revision(): number {
    return this.changes + this.ingest.changes + this.metricsIngest.changes;
  }

  spans(
    records: readonly SpanRecord[],
    arrival: UnixMillis,
    standsFor?: (span: SpanRecord) => number,
  ): IngestOutcome {
    return this.ingest.take(records, arrival, standsFor);
  }

  metrics(records: readonly MetricRecord[], arrival: UnixMillis): IngestOutcome {
    return this.metricsIngest.take(records, arrival);
  }

  saturated(): boolean {
    return this.ingest.assemblies.full;
  }

  tick(now: UnixMillis): void {
    this.state.now = Math.max(this.state.now, now);
    this.ingest.assemblies.tick(now);
    if (now - this.tidied >= 60_000 || this.state.traces.over) {
      this.tidied = now;
      this.state.tidy();
    }
  }

  settle(now: UnixMillis): void {
    this.state.now = Math.max(this.state.now, now);
    this.ingest.assemblies.settle();
  }

  services(now: UnixMillis, select: Select = {}): readonly ServiceState[] {
    return serviceStates(this.state.queryData(this.options.compare), select, now);
  }

  numbers(query: NumbersQuery, now: UnixMillis): readonly FunctionNumbers[] {
    const data = this.state.queryData(this.options.compare);
    // First all are noted as asked for: the error budget is shared among them, whatever their order.
    for (const group of query.groups)
      serviceAsked(data, group, query, now).service?.asked.set(group.key, now);
    return query.groups.map((group) => numbersOf(data, group, query, now));
  }

  exceptions(query: ExceptionsQuery, now: UnixMillis): ExceptionsAnswer {
    return exceptionsOf(this.state.queryData(this.options.compare), query, now);
  }

  searchTraces(query: TraceQuery): readonly TraceSummary[] {
    const { operations, services } = this.state;
    const all = query.operations.length === 0;
    const candidates = all
      ? operations.entries.filter((o) => o.service.key === query.service && !o.callOut)
      : query.operations.map((id) => operations.get(id)).filter((o) => o !== undefined);
    // Traces are looked at one by one, never summed: without `select` those of every environment may be shown.
    const { select = {} } = query;
    const { service } = chooseService(services.of(query.service), select, () => true);
    const open = Object.keys(select).length === 0;
    const wanted = candidates.filter((o) => open || o.service === service);
    const { kind, release, limit, attributes } = query;
    return this.state.traces.search(wanted, kind, release, limit, attributes);
  }

  trace(traceId: string): Trace | undefined {
    const stored = this.state.traces.get(traceId);
    return stored === undefined ? undefined : traceView(stored, this.state.operations.list);
  }

  operations(): { readonly epoch: string; readonly operations: readonly Operation[] } {
    return { epoch: this.state.epoch, operations: this.state.operations.list };
  }

  setRoutes(routes: RouteTable): void {
    this.matcher = routes.routes.length === 0 ? undefined : routeMatcher(routes);
    this.calls = routes.calls === undefined ? undefined : callMatcher(routes.calls);
    this.ingest.matcher = this.matcher;
    this.ingest.calls = this.calls;
  }

  counters(): Readonly<Record<string, number>> {
    return this.state.countersWith(this.ingest);
  }

  memoryBytes(): Readonly<Record<string, number>> {
    return this.state.memoryWith(this.ingest, this.metricsIngest);
  }

  snapshot(now: UnixMillis): Uint8Array {
    this.state.now = Math.max(this.state.now, now);
    return writeSnapshot(this.state);
  }

  restore(bytes: Uint8Array, now: UnixMillis): Result<undefined> {
    const began = Math.max(now, this.state.now);
    this.replace(new CoreState(this.options, began));
    const problem = snapshotProblem(bytes);
    if (problem !== undefined) return fail('invalid', problem);
    try {
      readSnapshot(bytes, this.state);
    } catch (error) {
      this.replace(new CoreState(this.options, began));
      return fail('invalid', error instanceof Error ? error.message : 'unreadable');
    }
    this.state.tidy();
    return ok(undefined);
  }

  clear(): void {
    this.replace(new CoreState(this.options, this.state.now));
  }

  private replace(state: CoreState): void {
    this.changes = this.revision + 1;
    this.state = state;
    this.ingest = this.newIngest();
    this.metricsIngest = new MetricsIngest(state);
  }

  private newIngest(): SpanIngest {
    const made = new SpanIngest(this.state);
    made.matcher = this.matcher;
    made.calls = this.calls;
    return made;
  }
}
