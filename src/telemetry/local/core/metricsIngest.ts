import type { UnixMillis } from '../../../domain/units.ts';
import type {
  Attributes,
  IngestOutcome,
  MetricRecord,
  ResourceRecord,
  Timestamp,
} from '../model.ts';
import { callMetricUnit, countsRequests, identifyMetric, metricOutcome } from './callMetrics.ts';
import type { CoreState } from './coreState.ts';
import {
  cumulativeStep,
  deltaStep,
  histogramOf,
  type SeriesState,
  type Step,
} from './cumulative.ts';
import { rootPath } from './paths.ts';
import { noteArrival, noteProcess, type ServiceEntry } from './services.ts';
import { joined } from './slots.ts';

const mostSeries = 20_000;
const seriesBytes = 1200;
const tooFarAhead = 60_000;
const tooOld = 24 * 60 * 60_000;

/**
 * Metrics: signs of life of every process, and the one source of numbers of services that send no spans. Cumulative counts become
 * calls in slots, each at the time of its sample.
 */
export class MetricsIngest {
  changes = 0;
  readonly series: Map<string, SeriesState>;
  private readonly state: CoreState;
  private lastResource: ResourceRecord | undefined;
  private lastText = '';

  constructor(state: CoreState) {
    this.state = state;
    this.series = state.series;
  }

  get bytes(): number {
    return this.series.size * seriesBytes;
  }

  take(records: readonly MetricRecord[], arrival: UnixMillis): IngestOutcome {
    this.state.now = Math.max(this.state.now, arrival);
    let rejected = 0;
    let message = '';
    for (const record of records) {
      const refusal = this.takeOne(record, arrival);
      if (refusal === undefined) continue;
      rejected += 1;
      message = refusal;
    }
    this.lastResource = undefined;
    this.changes += 1;
    this.state.count('metricPoints', records.length - rejected);
    if (rejected > 0) this.state.count('metricPoints.rejected', rejected);
    return { rejected, message };
  }

  /** The reason when the point isn't taken. */
  private takeOne(record: MetricRecord, arrival: number): string | undefined {
    const { resource } = record;
    const service = this.state.services.find(resource.service, resource.environment);
    if (service === undefined) return 'too many services';
    const sampled = millis(record.time);
    const time =
      sampled <= arrival + tooFarAhead && sampled >= arrival - tooOld ? sampled : arrival;
    if (resource !== this.lastResource) this.noteBatch(service, resource, time, arrival);
    const unit = callMetricUnit(record);
    if (unit === undefined || service.hasSpans) return undefined;
    if (countsRequests(record)) {
      service.metrics.requests ??= record.name;
      if (service.metrics.requests !== record.name) return undefined;
    }
    return this.countCalls(record, service, time, unit);
  }

  private noteBatch(
    service: ServiceEntry,
    resource: ResourceRecord,
    time: number,
    arrival: number,
  ): void {
    this.lastResource = resource;
    this.lastText = `${service.key}\n${service.environment}\n${canonical(resource.attributes)}\n${resource.release}\n${resource.instance}`;
    noteArrival(service, arrival);
    noteProcess(service, resource, time);
    service.lastSeen = Math.max(service.lastSeen, time);
    service.releases.noteProcess(resource.release, time);
  }

  private countCalls(
    record: MetricRecord,
    service: ServiceEntry,
    time: number,
    unit: number,
  ): string | undefined {
    if (record.value.type !== 'histogram' || record.temporality === 'unspecified') return undefined;
    const point = record.value.histogram;
    const key = `${this.lastText}\n${record.scope}\n${record.name}\n${canonical(record.attributes)}`;
    const before = this.series.get(key);
    if (before === undefined && this.series.size >= mostSeries) {
      this.state.count('metrics.seriesOverflow');
      return 'too many metric series';
    }
    const next = { start: millis(record.start), time, point };
    const step =
      record.temporality === 'delta'
        ? deltaStep(before, next)
        : cumulativeStep(before, next, this.state.began);
    if (step.kind === 'overlap') return 'delta overlaps time already counted';
    if (step.kind === 'repeated') return undefined;
    this.series.set(key, { ...next, resets: before?.resets ?? 0 });
    this.noteSample(service, before, next, step);
    if (step.kind === 'all' || step.kind === 'difference')
      this.add(record, service, time, unit, step.point);
    return undefined;
  }

  private noteSample(
    service: ServiceEntry,
    before: SeriesState | undefined,
    next: { readonly start: number; readonly time: number },
    step: Step,
  ): void {
    const { metrics } = service;
    metrics.newest = Math.max(metrics.newest, next.time);
    if (step.kind === 'twoWriters') {
      metrics.twoWritersAt = Math.max(metrics.twoWritersAt, next.time);
      this.state.count('metrics.twoWriters');
    }
    if (before === undefined) {
      // Whole first points, and deltas, cover the time from their start on; a baseline only what follows it.
      const from = step.kind === 'baseline' || next.start <= 0 ? next.time : next.start;
      if (metrics.observedFrom === 0 || from < metrics.observedFrom) metrics.observedFrom = from;
      return;
    }
    const distance = next.time - before.time;
    if (distance >= 1000)
      metrics.interval = metrics.measured ? metrics.interval * 0.7 + distance * 0.3 : distance;
    metrics.measured ||= distance >= 1000;
  }

  private add(
    record: MetricRecord,
    service: ServiceEntry,
    time: number,
    unit: number,
    point: { readonly count: number } & Parameters<typeof histogramOf>[0],
  ): void {
    const { state } = this;
    const operation = state.operations.find(
      service,
      'metric',
      identifyMetric(record),
      undefined,
      undefined,
    );
    if (point.count <= 0) return;
    const run = service.releases.touch(record.resource.release, time);
    service.releases.countCall(run, time, point.count, true, false);
    const lane = state.cells.lane(service, run, record.resource.instance);
    const { series } = state.cells.cell(operation, rootPath, lane);
    const slot = series.at(time, state.now);
    if (slot === undefined) return;
    const outcome = metricOutcome(record);
    slot.calls += point.count;
    slot.spans += point.count;
    if (outcome === 'error') slot.errors += point.count;
    if (outcome === 'clientError') slot.clientErrors += point.count;
    slot.newest = Math.max(slot.newest, time);
    const which = outcome === 'error' ? 'failed' : 'succeeded';
    const latency = joined(slot[which], histogramOf(point, unit));
    if (latency !== undefined) slot[which] = latency;
    series.recount();
  }
}

const millis = (time: Timestamp): number => time.seconds * 1000 + time.nanos / 1e6;

/** All attributes, in an order of their own: the identity of a series. */
function canonical(attributes: Attributes): string {
  return Object.keys(attributes)
    .sort()
    .map((name) => `${name}=${String(attributes[name])}`)
    .join('\u0001');
}
