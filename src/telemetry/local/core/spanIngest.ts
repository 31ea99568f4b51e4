import type { CallMatcher } from '../../../domain/callMatch.ts';
import { layerRole } from '../../../domain/frameworkLayer.ts';
import type { RouteMatcher } from '../../../domain/routeMatch.ts';
import type { UnixMillis } from '../../../domain/units.ts';
import type { IngestOutcome, ResourceRecord, SpanRecord } from '../model.ts';
import { Assemblies, type Assembly, type SpanNode } from './assembly.ts';
import { httpMethod, httpRoute, httpStatus, isMountPath, rawPath } from './attributes.ts';
import type { CoreState } from './coreState.ts';
import { entryOutcome, innerOutcome } from './errors.ts';
import { identify, isCallOut, isEntryKind } from './identity.ts';
import { literalOf } from './literals.ts';
import { insideCallOut, rootPath } from './paths.ts';
import { hash64, RecentKeys } from './recentKeys.ts';
import { recordExceptions } from './recordExceptions.ts';
import { samplingWeight } from './sampling.ts';
import { noteArrival, noteProcess, noteUnmatched, type ServiceEntry } from './services.ts';
import { newNode, parentOwner, sameServiceAncestor } from './spanNodes.ts';

const duplicatesKept = 10 * 60_000;
const mostDuplicates = 1_000_000;
const tooFarAhead = 60_000;
const tooOld = 24 * 60 * 60_000;

const kindNumber: Readonly<Record<SpanRecord['kind'], number>> = {
  unspecified: 0,
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
};

/** Also where only the operation says so: an ORM's span around a query can have kind internal. */
const callsOut = ({ span, operation }: SpanNode): boolean =>
  isCallOut(span.kind) || operation?.callOut === true;

/** From span records to counted calls: duplicates out, ancestors joined, each span into its cell, its trace kept. */
export class SpanIngest {
  matcher: RouteMatcher | undefined;
  calls: CallMatcher | undefined;
  changes = 0;
  readonly assemblies: Assemblies;
  private readonly recent: RecentKeys;
  private lastResource: ResourceRecord | undefined;
  private lastService: ServiceEntry | undefined;

  private readonly state: CoreState;

  constructor(state: CoreState) {
    this.state = state;
    this.recent = new RecentKeys(state.now, duplicatesKept, mostDuplicates);
    this.assemblies = new Assemblies(
      {
        resolve: (node, assembly, missing) => this.resolve(node, assembly, missing),
        settled: (assembly, nodes, closed) => this.settled(assembly, nodes, closed),
      },
      state.limits.assembly,
    );
  }

  get duplicateBytes(): number {
    return this.recent.bytes;
  }

  /**
   * @param standsFor how many spans like it each counts for; 0: it isn't counted, and only says what those below it are. Absent: 1
   */
  take(
    records: readonly SpanRecord[],
    arrival: UnixMillis,
    standsFor?: (span: SpanRecord) => number,
  ): IngestOutcome {
    const { state } = this;
    state.now = Math.max(state.now, arrival);
    let rejected = 0;
    for (const span of records) {
      const service = this.serviceOf(span.resource, arrival);
      if (service === undefined) {
        rejected += 1;
        continue;
      }
      const each = standsFor?.(span) ?? 1;
      const salt = service.index * 8 + kindNumber[span.kind];
      const [high, low] = hash64(span.traceId, span.spanId, salt);
      if (each > 0 && this.recent.seen(high, low, arrival)) {
        state.count('spans.duplicate');
        continue;
      }
      this.assemblies.add(newNode(span, service, arrival, each));
    }
    this.lastResource = undefined;
    this.assemblies.relieve();
    state.count('spans', records.length - rejected);
    if (rejected === 0) return { rejected, message: '' };
    state.count('spans.tooManyServices', rejected);
    return { rejected, message: 'too many services' };
  }

  private serviceOf(resource: ResourceRecord, arrival: number): ServiceEntry | undefined {
    if (resource === this.lastResource) return this.lastService;
    const service = this.state.services.find(resource.service, resource.environment);
    this.lastResource = resource;
    this.lastService = service;
    if (service !== undefined) noteArrival(service, arrival);
    return service;
  }

  /** Ancestors are resolved; the span's own meaning follows from them. */
  private resolve(node: SpanNode, assembly: Assembly, parentMissing: boolean): void {
    const { span, service } = node;
    const { paths, operations, cells } = this.state;
    if (parentMissing) this.state.count('spans.withoutParent');
    const ancestor = sameServiceAncestor(node);
    node.ancestor = ancestor;
    const isEntry = isEntryKind(span.kind);
    const above = ancestor?.operation;
    let path =
      ancestor === undefined || above === undefined
        ? rootPath
        : paths.extend(ancestor.path, above.index);
    node.insideCallOut =
      !isEntry && ancestor !== undefined && (ancestor.insideCallOut || callsOut(ancestor));
    node.path = path;
    const entry = isEntry ? node : ancestor?.entry;
    node.entry = entry;
    node.outcome = isEntry ? entryOutcome(span) : innerOutcome(span, entry?.outcome);
    node.failing = node.outcome === 'error' || ancestor?.failing === true;
    const identity = identify(
      span,
      isEntry ? this.refine(node, assembly) : undefined,
      this.calls === undefined ? undefined : literalOf(span, this.calls),
    );
    node.layer = identity.layer;
    const operation = operations.find(
      service,
      'span',
      identity,
      isEntry ? undefined : entry?.operation,
      isEntry ? undefined : parentOwner(node),
    );
    node.operation = operation;
    if (node.insideCallOut && operation.callOut) path = paths.extend(path, insideCallOut);
    this.place(node);
    const run = this.runOf(node);
    if (node.standsFor > 0) {
      node.cell = cells.cell(operation, path, cells.lane(service, run, span.resource.instance));
      this.countCall(node);
    }
    this.noteHandler(node);
  }

  /** Time, by the rules for clocks that are off, and the service's signs of life. */
  private place(node: SpanNode): void {
    const { span, service, arrival } = node;
    const end =
      span.start.seconds * 1000 + span.start.nanos / 1e6 + Math.max(0, span.durationNanos) / 1e6;
    const skewed = !(end <= arrival + tooFarAhead && end >= arrival - tooOld);
    if (skewed) this.state.count('spans.skewed');
    node.time = skewed ? arrival : end;
    node.weight = samplingWeight(span.traceState) * node.standsFor;
    if (node.time < service.firstSeen) service.firstSeen = node.time;
    if (node.time > service.lastSeen) service.lastSeen = node.time;
    if (!isCallOut(span.kind)) service.hasSpans = true;
  }

  private runOf(node: SpanNode): ReturnType<ServiceEntry['releases']['touch']> {
    const { service, span, time } = node;
    const run = service.releases.touch(span.resource.release, time);
    const isEntry = isEntryKind(span.kind);
    const outermost = node.ancestor?.entry === undefined;
    service.releases.countCall(
      run,
      time,
      node.weight,
      isEntry && outermost,
      node.ancestor === undefined && !isCallOut(span.kind),
    );
    return run;
  }

  private countCall(node: SpanNode): void {
    const { cell, span, weight, outcome } = node;
    if (cell === undefined) return;
    const slot = cell.series.at(node.time, this.state.now);
    if (slot === undefined) return;
    slot.calls += weight;
    slot.spans += 1;
    if (outcome === 'error') slot.errors += weight;
    if (outcome === 'clientError') slot.clientErrors += weight;
    if (node.time > slot.newest) slot.newest = node.time;
    if (span.durationNanos >= 0)
      cell.series.record(slot, span.durationNanos / 1e6, weight, outcome === 'error');
    else this.state.count('spans.negativeDuration');
  }

  /**
   * Nest traces the way to the handler (`request_context`) and the handler itself apart: where the second is missing, a guard or a
   * pipe refused the request before the body ran.
   */
  private noteHandler(node: SpanNode): void {
    const { layer } = node;
    if (layer === undefined) return;
    const role = layerRole(layer);
    if (role === 'wayToMethod')
      for (const at of [node, node.entry])
        if (at?.staged === false) {
          at.staged = true;
          this.bump(at, 'staged');
        }
    if (role === 'method')
      for (const at of [node.ancestor, node.entry])
        if (at?.staged === true && !at.handled) {
          at.handled = true;
          this.bump(at, 'handled');
        }
  }

  private bump(node: SpanNode, what: 'staged' | 'handled'): void {
    const slot = node.cell?.series.at(node.time, this.state.now);
    if (slot !== undefined) slot[what] += node.weight;
  }

  /**
   * The template of an entry span without a route, by the workspace's routes. Not for the outer half of one request (Next.js), and
   * not where the instrumentation reports routes: there, none means that none matched, and a router's mount path that its middleware
   * refused the request or that none matched. What is delegated behind a reported route (procedures, a catch-all) is looked for there.
   */
  private refine(node: SpanNode, assembly: Assembly): string | undefined {
    const { span, service } = node;
    if (span.kind !== 'server') return undefined;
    const reported = httpRoute(span.attributes);
    if (reported !== undefined) service.reportRoutes.add(span.scope);
    else if (service.reportRoutes.has(span.scope)) return undefined;
    const method = httpMethod(span.attributes);
    if (method === undefined || this.matcher === undefined) return undefined;
    if (assembly.wrapped.has(span.spanId)) return undefined;
    const path = rawPath(span.attributes);
    if (path === undefined) return undefined;
    const mounted = isMountPath(span.scope, span.attributes);
    const route = this.matcher(method, path, mounted ? undefined : reported);
    if (route !== undefined) return route.path;
    if (reported !== undefined && !mounted) return undefined;
    const status = httpStatus(span.attributes);
    if (status !== 404 && status !== 405 && method !== 'OPTIONS')
      noteUnmatched(service, method, path);
    return undefined;
  }

  private settled(assembly: Assembly, nodes: readonly SpanNode[], closed: boolean): void {
    if (nodes.length > 0) {
      this.changes += 1;
      recordExceptions(this.state.exceptions, nodes);
      this.state.traces.offer(assembly.traceId, nodes);
      let last: ResourceRecord | undefined;
      for (const node of nodes) {
        if (node.span.resource === last) continue;
        last = node.span.resource;
        noteProcess(node.service, last, node.time);
      }
    }
    if (closed) this.state.traces.closed(assembly.traceId);
  }
}
