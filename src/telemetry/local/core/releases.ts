import { finest } from './slots.ts';

/** Without calls for this long while another release had some, a version that comes back is a new run. */
const runGap = 15 * 60_000;
/** Live counters are kept this long: the longest live interval of metrics is well below. */
const liveKeep = 30 * 60_000;
/** Runs shown by name; older ones are only a number. */
const mostShown = 40;
/** A run must have ended this long ago to make room: a sender of made-up versions pushes nothing out. */
const settled = 10 * 60_000;
const mostRuns = 1000;
const mostRemembered = 5000;

/** Calls in 10 s slots of the recent past: entry calls decide shares, roots stand in where a service has no entries. */
interface LiveSlot {
  readonly start: number;
  entries: number;
  roots: number;
}

/** One run of one release of a service. */
export interface ReleaseRun {
  readonly version: string;
  readonly run: number;
  /** No longer shown by name; one such run stands for all that found no room. */
  older?: true;
  firstSeen: number;
  lastSeen: number;
  /** Newest process telemetry (metrics), Unix milliseconds; 0: none. */
  lastProcess: number;
  /** Commit that its processes name; "": they name several. */
  commit?: string;
  readonly live: LiveSlot[];
}

/** The runs of a service's releases. */
export class Releases {
  readonly runs: ReleaseRun[] = [];
  private readonly latest = new Map<string, ReleaseRun>();
  /** Versions that found no room. */
  olderVersions = 0;
  /** Stands for them. */
  private others: ReleaseRun | undefined;

  /** The run that a call at `time` belongs to; makes it when the version is new or came back. */
  touch(version: string, time: number): ReleaseRun {
    const known = this.latest.get(version);
    const run = known === undefined ? this.begin(version, 0, time) : this.runFor(known, time);
    if (run.older === true && run !== this.others && time > run.lastSeen) delete run.older;
    if (time < run.firstSeen) run.firstSeen = time;
    if (time > run.lastSeen) run.lastSeen = time;
    return run;
  }

  /** A sign of life of a process, not of calls. */
  noteProcess(version: string, time: number): void {
    const run = this.latest.get(version) ?? this.begin(version, 0, time);
    if (time > run.lastProcess) run.lastProcess = time;
  }

  /** What a process of the release says of its source. */
  noteCommit(version: string, commit: string): void {
    const run = this.latest.get(version);
    if (run === undefined) return;
    if (run.commit === undefined) run.commit = commit;
    else if (run.commit !== commit) run.commit = '';
  }

  countCall(run: ReleaseRun, time: number, weight: number, entry: boolean, root: boolean): void {
    if (!entry && !root) return;
    const start = Math.floor(time / finest) * finest;
    const live = run.live;
    let slot = live.at(-1);
    if (slot === undefined || slot.start < start) {
      slot = { start, entries: 0, roots: 0 };
      live.push(slot);
      while (live.length > 0 && (live[0]?.start ?? 0) < start - liveKeep) live.shift();
    } else if (slot.start !== start) {
      slot = live.find((s) => s.start === start);
      if (slot === undefined) return;
    }
    if (entry) slot.entries += weight;
    if (root) slot.roots += weight;
  }

  restore(runs: readonly ReleaseRun[]): void {
    for (const run of runs) {
      this.runs.push(run);
      if (run.older === true && run.version === '' && run.run < 0) this.others = run;
      else this.latest.set(run.version, run);
    }
  }

  private runFor(latest: ReleaseRun, time: number): ReleaseRun {
    if (latest === this.others) return latest;
    if (time - latest.lastSeen > runGap && this.othersSince(latest))
      return this.begin(latest.version, latest.run + 1, time);
    if (time >= latest.firstSeen - runGap || latest.run === 0) return latest;
    // A late span of an earlier run.
    const earlier = this.runs.findLast(
      (r) => r.version === latest.version && time >= r.firstSeen - runGap,
    );
    return earlier ?? latest;
  }

  private othersSince(run: ReleaseRun): boolean {
    return this.runs.some((r) => r.version !== run.version && r.lastSeen > run.lastSeen);
  }

  private unnamed(version: string, time: number): ReleaseRun {
    if (this.others === undefined) {
      this.others = { ...newRun('', -1, time), older: true };
      this.runs.push(this.others);
    }
    // Remembered, so that each is counted once.
    if (this.latest.size < mostRemembered) {
      this.latest.set(version, this.others);
      this.olderVersions += 1;
    }
    return this.others;
  }

  /** Takes the name off the run that ended first. */
  private makeRoom(time: number): boolean {
    const shown = this.runs.filter((run) => run.older === undefined);
    if (shown.length < mostShown) return true;
    const first = shown.reduce((a, b) => (b.lastSeen < a.lastSeen ? b : a));
    if (this.runs.length >= mostRuns || time - first.lastSeen < settled) return false;
    first.older = true;
    return true;
  }

  private begin(version: string, run: number, time: number): ReleaseRun {
    if (!this.makeRoom(time)) return this.unnamed(version, time);
    const made = newRun(version, run, time);
    this.runs.push(made);
    this.latest.set(version, made);
    return made;
  }
}

const newRun = (version: string, run: number, time: number): ReleaseRun => ({
  version,
  run,
  firstSeen: time,
  lastSeen: time,
  lastProcess: 0,
  live: [],
});

/** Calls of a run in [from, to), slots taken whole. */
export function liveCalls(
  run: ReleaseRun,
  from: number,
  to: number,
  what: 'entries' | 'roots',
): number {
  let sum = 0;
  for (const slot of run.live) if (slot.start >= from && slot.start < to) sum += slot[what];
  return sum;
}
