import type { ServiceKey } from '../../../domain/service.ts';
import type { ResourceRecord } from '../model.ts';
import { text } from './attributes.ts';
import type { OperationEntry } from './operations.ts';
import { Releases } from './releases.ts';

const mostGaps = 32;
const mostInstances = 64;
const mostPaths = 20;

/** What is kept of one service beside its cells. */
export interface ServiceEntry {
  readonly index: number;
  readonly key: ServiceKey;
  /** Deployment environment: telemetry of two of them is never one service's. "" when it names none. */
  readonly environment: string;
  readonly releases: Releases;
  readonly operations: Map<string, OperationEntry>;
  overflow?: OperationEntry;
  /** Newest span end or sample. */
  lastSeen: number;
  /** Oldest moment that its numbers cover. */
  firstSeen: number;
  lastArrival: number;
  /** Pauses between batches: their usual length tells when silence means something. */
  readonly gaps: number[];
  /** Any span other than calls out: then spans are its one source of numbers. */
  hasSpans: boolean;
  /** Instrumentations (scopes) that report routes: without one, their requests matched nothing. */
  readonly reportRoutes: Set<string>;
  /** Raw paths that no route serves: a sample, never keys. */
  readonly unmatched: string[];
  unmatchedCount: number;
  /** When each process of each version was first seen. */
  readonly processes: Map<string, number>;
  readonly metrics: MetricsState;
  /** When a function was last asked for: those judged together share the error budget. */
  readonly asked: Map<string, number>;
}

/** What is known of a service's metrics. */
export interface MetricsState {
  /** Newest sample of a call metric, 0: none. */
  newest: number;
  /** From which moment on its counts cover everything. */
  observedFrom: number;
  /** Usual distance of samples, milliseconds. */
  interval: number;
  /** The distance was measured, not assumed. */
  measured: boolean;
  /** Batches of a backend are at least that far apart, milliseconds: its slots, and how often it is asked. 0: they come by themselves. */
  asked: number;
  /** When two processes were last seen to write one series, with no `service.instance.id` to tell them apart; 0: never. */
  twoWritersAt: number;
  /** The one instrument that requests are counted by; absent: none yet. */
  requests?: string;
}

export const newService = (
  index: number,
  key: ServiceKey,
  environment: string,
  time: number,
): ServiceEntry => ({
  index,
  key,
  environment,
  releases: new Releases(),
  operations: new Map(),
  lastSeen: 0,
  firstSeen: time,
  lastArrival: 0,
  gaps: [],
  hasSpans: false,
  reportRoutes: new Set(),
  unmatched: [],
  unmatchedCount: 0,
  processes: new Map(),
  metrics: {
    newest: 0,
    observedFrom: 0,
    interval: 60_000,
    measured: false,
    asked: 0,
    twoWritersAt: 0,
  },
  asked: new Map(),
});

/** Called once per service and batch. */
export function noteArrival(service: ServiceEntry, arrival: number): void {
  const gap = arrival - service.lastArrival;
  if (service.lastArrival > 0 && gap >= 1000) {
    service.gaps.push(gap);
    if (service.gaps.length > mostGaps) service.gaps.shift();
  }
  service.lastArrival = Math.max(service.lastArrival, arrival);
}

/** Three quarters of the pauses between batches are shorter; a minute until there are enough to tell, where nothing else tells. */
export function usualInterval({ gaps, metrics: { asked } }: ServiceEntry): number {
  const least = Math.max(20_000, asked);
  if (gaps.length < 4) return asked === 0 ? 60_000 : least;
  const sorted = [...gaps].sort((a, b) => a - b);
  return Math.max(least, sorted[Math.floor(sorted.length * 0.75)] ?? 60_000);
}

export const isAlive = (service: ServiceEntry, now: number): boolean =>
  now - service.lastSeen <= 3 * usualInterval(service);

/** Resource attributes that name the commit of the running code. */
const commitAttributes = [
  'vcs.ref.head.revision',
  'vcs.repository.ref.revision',
  'git.commit.sha',
  'github.sha',
  'org.opencontainers.image.revision',
];

export function noteProcess(service: ServiceEntry, resource: ResourceRecord, time: number): void {
  for (const name of commitAttributes) {
    const commit = text(resource.attributes, name);
    if (commit === undefined || !/^[0-9a-f]{7,64}$/i.test(commit)) continue;
    service.releases.noteCommit(resource.release, commit.toLowerCase());
    break;
  }
  const process = processIdentity(resource);
  if (process === '') return;
  const key = `${resource.release}\n${process}`;
  if (!service.processes.has(key) && service.processes.size < mostInstances)
    service.processes.set(key, time);
}

function processIdentity(resource: ResourceRecord): string {
  if (resource.instance !== '') return resource.instance;
  const pid = text(resource.attributes, 'process.pid');
  return pid === undefined ? '' : `${text(resource.attributes, 'host.name') ?? ''}:${pid}`;
}

export function noteUnmatched(service: ServiceEntry, method: string, path: string): void {
  service.unmatchedCount += 1;
  const sample = `${method} ${path.slice(0, 120)}`;
  if (service.unmatched.length < mostPaths && !service.unmatched.includes(sample))
    service.unmatched.push(sample);
}

/** A process that starts this long after a version was first seen is a deploy or a restart, not a replica. */
const replicaStart = 60_000;

/** Things a person should know before they trust the service's numbers. */
export function warningsOf(service: ServiceEntry): string[] {
  const warnings: string[] = [];
  const versions = new Set(service.releases.runs.filter((r) => !r.older).map((r) => r.version));
  if (versions.size === 1) {
    const first = Math.min(...service.processes.values());
    const later = [...service.processes.values()].filter((t) => t - first > replicaStart).length;
    if (later >= 2) warnings.push("version doesn't change with deploys");
  }
  if (!service.hasSpans && service.metrics.twoWritersAt > 0)
    warnings.push('metrics unusable: no service.instance.id, two processes write one series');
  if (service.unmatchedCount > 0)
    warnings.push(
      `${service.unmatchedCount} requests match no route, for example ${service.unmatched.slice(0, 3).join(', ')}`,
    );
  return warnings;
}
