import type { FunctionDecl } from '../domain/functionDecl.ts';
import type { CodeRelease, LineOwner } from '../domain/workspace.ts';
import type { Documents } from '../symbols/buffer/documents.ts';
import type { FileBaseline, WantedSource } from '../symbols/contract.ts';
import type { Baselines, ParseText } from '../symbols/drift/baselines.ts';
import { refOf, type FrameSources } from '../symbols/frames/locateStack.ts';
import { functionAt, placeFrame, type ReleaseFile } from '../symbols/frames/placeFrame.ts';

/** A file as it is on disk. */
export interface FileOnDisk {
  readonly text: string;
  readonly functions: readonly FunctionDecl[];
  readonly parse: ParseText;
}

/** Files whose earlier texts are asked for; the longest unused go first. */
const mostFiles = 200;
const mostReleases = 10;
/** Milliseconds that somebody who opened a trace waits for git at most. */
const longestWait = 1_000;

export interface ReleaseFilesOptions {
  readonly documents: Documents;
  readonly baselines: Baselines;
  /** undefined: it isn't there, or not read. */
  readonly read: (path: string) => Promise<FileOnDisk | undefined>;
  /** What other files declare. */
  readonly functionsIn: (path: string) => readonly FunctionDecl[];
  /** Another source is wanted. */
  readonly onWanted: () => void;
  /** Earlier texts of these files aren't known any more. */
  readonly onDropped: (paths: readonly string[]) => void;
}

/** Files as releases have them beside what they are now: open ones as they are typed, others as they are on disk. */
export class ReleaseFiles implements FrameSources {
  private readonly options: ReleaseFilesOptions;
  private readonly onDisk = new Map<string, FileOnDisk>();
  private readonly asked = new Map<string, Map<string, CodeRelease>>();
  private fresh: Set<string> | undefined;
  /** Told of each file whose texts came. */
  private readonly waiting = new Set<(path: string) => void>();

  constructor(options: ReleaseFilesOptions) {
    this.options = options;
  }

  functionsIn(path: string): readonly FunctionDecl[] {
    const { documents, functionsIn } = this.options;
    const open = documents.now(path)?.functions;
    return open ?? this.onDisk.get(path)?.functions ?? functionsIn(path);
  }

  /** What isn't known yet is wanted from then on. */
  releaseFile(path: string, release: CodeRelease): ReleaseFile | null | undefined {
    this.want(path, release);
    const { documents, baselines } = this.options;
    const document = documents.now(path);
    if (document !== undefined)
      return baselines.releaseFile(path, release, document.content, (text) =>
        document.functionsOf(text),
      );
    const disk = this.onDisk.get(path);
    return disk && baselines.releaseFile(path, release, disk.text, disk.parse);
  }

  /** Whose function a line (zero-based) of a release's text is in. */
  atLineOf(path: string, release: CodeRelease, line: number): LineOwner | undefined {
    const then = this.releaseFile(path, release);
    if (then === undefined) return undefined;
    if (then === null) return 'gone';
    if (functionAt(then.functions, line) === undefined) return 'outside';
    const frame = { names: [], line, mapped: false };
    const placed = placeFrame(frame, this.functionsIn(path), then);
    return placed?.function === undefined ? 'gone' : refOf(placed.function);
  }

  /** Files with the releases whose text of them is of use. */
  get wanted(): readonly WantedSource[] {
    return [...this.asked].map(([path, releases]) => ({ path, releases: [...releases.values()] }));
  }

  want(path: string, release: CodeRelease): void {
    if (release.version === '') return;
    const key = `${release.service}\n${release.version}`;
    const known = this.asked.get(path) ?? new Map<string, CodeRelease>();
    const before = known.has(key);
    known.delete(key);
    known.set(key, release);
    this.asked.delete(path);
    this.asked.set(path, known);
    if (before) return;
    this.fresh?.add(path);
    dropOldest(known, mostReleases);
    dropOldest(this.asked, mostFiles);
    this.options.onWanted();
  }

  /** Takes a file's earlier texts; resolves when they are of use. */
  async take(path: string, given: readonly FileBaseline[]): Promise<void> {
    const { baselines, documents, onDropped } = this.options;
    const dropped = baselines.set(path, given, (other) => documents.now(other) !== undefined);
    for (const other of dropped) {
      // Whoever needs it next wants it anew.
      this.asked.delete(other);
      this.onDisk.delete(other);
    }
    if (dropped.length > 0) onDropped(dropped);
    await this.readAgain(path);
    for (const told of [...this.waiting]) told(path);
  }

  /** The file changed on disk, or isn't open any more. Returns whether anybody compares it with a release. */
  async readAgain(path: string): Promise<boolean> {
    const { documents, baselines, read } = this.options;
    if (!baselines.has(path)) return this.onDisk.delete(path);
    const found = documents.now(path) === undefined ? await read(path) : undefined;
    this.onDisk.delete(path);
    if (found !== undefined) this.onDisk.set(path, found);
    dropOldest(this.onDisk, mostFiles);
    return true;
  }

  get compared(): Iterable<string> {
    return this.onDisk.keys();
  }

  /** Asks, and once more when the texts are there that it was the first to ask for, at most a moment later. */
  async thoroughly<T>(ask: () => T, signal: AbortSignal): Promise<T> {
    const fresh = (this.fresh = new Set<string>());
    const answer = ask();
    this.fresh = undefined;
    if (fresh.size === 0 || signal.aborted) return answer;
    await this.texts(fresh, signal);
    return ask();
  }

  /** Resolves when the files' texts are there, after a moment, or when nobody waits any more. */
  private texts(paths: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { waiting } = this;
    return new Promise((resolve) => {
      const missing = new Set(paths);
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', over);
        waiting.delete(told);
        resolve();
      };
      const told = (path: string): void => {
        if (missing.delete(path) && missing.size === 0) over();
      };
      const timer = setTimeout(over, longestWait);
      signal.addEventListener('abort', over);
      waiting.add(told);
    });
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
