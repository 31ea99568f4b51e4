import type { Operation } from '../domain/operation.ts';
import type { RouteTable } from '../domain/route.ts';
import type { ServiceKey } from '../domain/service.ts';
import { Documents } from '../symbols/buffer/documents.ts';
import { Baselines } from '../symbols/drift/baselines.ts';
import {
  functionsOfText,
  linksAlike,
  looksAlike,
  type OpenDocument,
} from '../symbols/buffer/openDocument.ts';
import type {
  ConfigProblem,
  FileBaseline,
  FileDrift,
  FileView,
  IndexContract,
  IndexProgress,
  IndexReport,
  IndexSettings,
  RepositoryRules,
  WantedSource,
} from '../symbols/contract.ts';
import type { FrameFiles } from '../symbols/frames/locateStack.ts';
import type { StackBook } from '../symbols/frames/stackBook.ts';
import { readSourceText } from '../symbols/index/sourceText.ts';
import { WorkspaceIndex } from '../symbols/index/workspaceIndex.ts';
import { languageOfPath } from '../symbols/languages/registry.ts';
import type { ParserPool } from '../symbols/parser/parserPool.ts';
import type { AttributionBook } from './attributionBook.ts';
import { Debounce } from './debounce.ts';
import { viewOfDocument, viewOfDisk, viewOfSkipped } from './fileViews.ts';
import { linkWorkspace, type LinkedWorkspace } from './linkedWorkspace.ts';
import { ReleaseFiles, type FileOnDisk } from './releaseFiles.ts';
import { StackPlaces } from './stackPlaces.ts';
import {
  isHint,
  noWorkspaceServices,
  readWorkspaceServices,
  type WorkspaceServices,
} from './workspaceServices.ts';

export interface SessionListener {
  changed(paths: Iterable<string>, all?: true): void;
  routes(table: RouteTable): void;
  problems(problems: readonly ConfigProblem[]): void;
  rules(rules: RepositoryRules): void;
  progress(progress: IndexProgress | null): void;
  wanted(sources: readonly WantedSource[]): void;
  dropped(paths: readonly string[]): void;
}

type FilesChanged = IndexContract['calls']['filesChanged']['params'];

/** Typing is followed once it pauses that long. */
const settleAfterMs = 60;
const relinkAfterMs = 100;
const askAfterMs = 20;
const shownSkipped = 200;
/** A few milliseconds of attribution; more take turns with others. */
const addedAtOnce = 100;

/** One configuration of the workspace, from `configure` to the next. */
export class IndexSession {
  readonly documents: Documents;
  private readonly settings: IndexSettings;
  private readonly book: AttributionBook;
  readonly places: StackPlaces;
  readonly releaseFiles: ReleaseFiles;
  private readonly listener: SessionListener;
  private readonly index: WorkspaceIndex;
  private readonly stop = new AbortController();
  private readonly settleSoon = new Debounce(settleAfterMs, () => {
    this.settleAll();
  });
  private readonly relinkSoon = new Debounce(relinkAfterMs, () => void this.relink());
  private readonly askSoon = new Debounce(askAfterMs, () => {
    this.listener.wanted(this.releaseFiles.wanted);
  });
  private readonly started: Promise<void>;
  private readonly baselines = new Baselines();
  private linked: LinkedWorkspace | undefined;
  private linkServices: ((seen: readonly ServiceKey[]) => LinkedWorkspace) | undefined;
  /** Every file may look different after the next answers. */
  private everything = true;
  private services: WorkspaceServices = noWorkspaceServices;
  private hintsStale = true;
  private routesSent = '';
  private problemsSent = '[]';
  private rulesSent = '{}';
  private linking: Promise<void> | undefined;
  private updating: Promise<void> | undefined;
  private relinkWaits = false;
  /** Open documents parsed since linking last looked at them. */
  private readonly settled = new Set<string>();

  constructor(
    settings: IndexSettings,
    pool: ParserPool,
    book: AttributionBook,
    stacks: StackBook,
    listener: SessionListener,
  ) {
    this.settings = settings;
    this.book = book;
    this.listener = listener;
    this.documents = new Documents(pool);
    this.releaseFiles = new ReleaseFiles({
      documents: this.documents,
      baselines: this.baselines,
      read: (path) => this.readFromDisk(path, pool),
      functionsIn: (path) => this.linked?.functionsIn(path) ?? [],
      onWanted: () => {
        this.askSoon.request();
      },
      onDropped: (paths) => {
        this.listener.dropped(paths);
      },
    });
    this.places = new StackPlaces(stacks, this.releaseFiles, () => this.linked);
    this.index = new WorkspaceIndex({
      folders: settings.folders,
      pool,
      ...(settings.cacheFolder !== undefined && { cacheFolder: settings.cacheFolder }),
      alsoList: isHint,
      onProgress: (progress) => {
        if (!this.stop.signal.aborted) listener.progress(progress);
      },
      onChange: ({ paths, facts }) => {
        if (!this.linkingBegan) return;
        this.listener.changed(paths);
        if (facts) this.relinkSettled();
      },
    });
    this.started = this.run();
  }

  private async run(): Promise<void> {
    await this.index.start(this.stop.signal);
    await this.relink();
  }

  /** Resolves when everything was read and linked once: before, an answer could be wrong. */
  async ready(): Promise<LinkedWorkspace | undefined> {
    await this.started;
    return this.linked;
  }

  /** Before, changes need no mention: the first linking sees them. */
  private get linkingBegan(): boolean {
    return this.linking !== undefined || this.linked !== undefined;
  }

  get routes(): LinkedWorkspace['routes'] {
    return this.linked?.routes ?? [];
  }

  get problems(): readonly ConfigProblem[] {
    return this.services.problems;
  }

  async open(
    path: string,
    opened: { language: string; version: number; text: string },
  ): Promise<void> {
    const place = this.index.placeOf(path);
    if (place === undefined) return;
    await this.documents.open({ path, ...place }, opened);
    this.settleSoon.request();
    // A file made a moment ago: news of it may come late, or never.
    void this.started.then(() => this.index.ensure(path));
  }

  async close(path: string): Promise<void> {
    const document = this.documents.now(path);
    const symbols = document?.symbols;
    this.documents.close(path);
    const disk = symbols === undefined ? undefined : await this.index.ensure(path);
    await this.releaseFiles.readAgain(path);
    if (symbols === undefined || !this.linkingBegan) return;
    if (disk?.facts === undefined || !linksAlike(symbols, { ...disk, facts: disk.facts }))
      this.relinkSoon.request();
  }

  async edit(...edit: Parameters<Documents['edit']>): Promise<boolean> {
    const inSync = await this.documents.edit(...edit);
    if (inSync) this.settleSoon.request();
    return inSync;
  }

  async setBaselines(path: string, baselines: readonly FileBaseline[]): Promise<void> {
    await this.releaseFiles.take(path, baselines);
    this.listener.changed([path]);
    await this.attributeLinesOf([path]);
  }

  /** Lines of these files are understood better now, or otherwise. */
  private async attributeLinesOf(paths: readonly string[]): Promise<void> {
    const names = new Set(paths.map((path) => baseName(path)));
    const concerned = ({ code }: Operation): boolean =>
      code?.line !== undefined && names.has(baseName(code.filePath ?? ''));
    if (!this.linkingBegan || !this.book.all().some((e) => concerned(e.operation))) return;
    await this.alone(() => {
      this.listener.changed(this.book.again(concerned));
      return Promise.resolve();
    });
  }

  private async readFromDisk(path: string, pool: ParserPool): Promise<FileOnDisk | undefined> {
    const place = this.index.placeOf(path);
    const language = place && languageOfPath(place.relativePath);
    if (place === undefined || language === undefined) return undefined;
    const loaded = await pool.load(language);
    const parse = (text: string) => functionsOfText(loaded, text, { path, ...place });
    try {
      const read = readSourceText(path, place.relativePath);
      const functions = read.ok ? parse(read.text) : undefined;
      return read.ok && functions !== undefined ? { text: read.text, functions, parse } : undefined;
    } catch {
      return undefined;
    }
  }

  async file(path: string): Promise<FileView | null> {
    const place = this.index.placeOf(path);
    if (place === undefined) return null;
    const more = () => ({
      ...(this.linked?.servicesOf(path) ?? {
        services: [],
        explanation: 'the workspace is still being read',
      }),
      attributions: this.book.inFile(path),
      objectives: this.services.objectivesOf(place),
    });
    const state = await this.documents.state(path);
    if (state?.kind === 'skipped') return viewOfSkipped(path, state, more());
    if (state?.kind === 'parsed') {
      this.settle(path, state.document);
      const { document } = state;
      const drift = this.driftOf(path, document);
      return { ...viewOfDocument(path, document, more()), drift, ...this.places.inFile(path) };
    }
    const source = await this.index.ensure(path);
    return source === undefined
      ? null
      : { ...viewOfDisk(source, more()), ...this.places.inFile(path) };
  }

  /** Where runtime paths lead; undefined while the workspace is being read. */
  get frames(): FrameFiles | undefined {
    return this.linked?.frames;
  }

  private driftOf(path: string, document: OpenDocument): readonly FileDrift[] {
    return this.baselines.compare(path, document.content, document.functions, (text) =>
      document.functionsOf(text),
    );
  }

  /** Whoever settles it first tells that the file looks different: nobody else would notice afterwards. */
  private settle(path: string, document: OpenDocument): void {
    const before = { functions: document.functions, status: document.status };
    if (!document.settle()) return;
    const alike = looksAlike(before.functions, document.functions);
    if (!alike || before.status !== document.status) this.listener.changed([path]);
    // Nothing moved, but a function may now differ from what runs, or no longer.
    else if (this.baselines.last(path) !== undefined) {
      const drift = JSON.stringify(this.baselines.last(path));
      if (JSON.stringify(this.driftOf(path, document)) !== drift) this.listener.changed([path]);
    }
    this.settled.add(path);
    this.settleSoon.request();
  }

  /** Once typing pauses: whether what changed matters to other files. */
  private settleAll(): void {
    for (const [path, document] of this.documents.parsed()) this.settle(path, document);
    this.settleSoon.dispose();
    // The end of the linking under way asks again.
    if (this.linked === undefined || this.linking !== undefined) return;
    const settled = [...this.settled];
    this.settled.clear();
    for (const path of settled) {
      const document = this.documents.now(path);
      if (document === undefined) continue;
      const disk = this.index.files.get(path);
      const linked =
        this.linked.linkedSymbols.get(path) ??
        (disk?.facts === undefined ? undefined : { ...disk, facts: disk.facts });
      if (linked === undefined || !linksAlike(linked, document.symbols)) this.relinkSoon.request();
    }
  }

  /**
   * Batches follow one another, and are linked once all were read: half of a checkout is no workspace that anybody has. Resolves when the
   * answers hold.
   */
  async filesChanged(changes: FilesChanged): Promise<void> {
    await this.started;
    const now = (this.updating ?? Promise.resolve()).then(() => this.update(changes));
    this.updating = now;
    try {
      await now;
    } finally {
      if (this.updating === now) this.updating = undefined;
    }
    while (this.updating !== undefined) await this.updating;
    if (this.relinkWaits) await this.linkNow();
    else await this.linking;
  }

  private async update(changes: FilesChanged): Promise<void> {
    const listed = new Set(this.index.listed);
    await this.index.update(changes.paths, this.stop.signal, changes);
    const compared = [...this.releaseFiles.compared].filter(
      (path) => changes.all === true || changes.paths.includes(path),
    );
    for (const path of compared) await this.releaseFiles.readAgain(path);
    const same =
      listed.size === this.index.listed.size && [...this.index.listed].every((f) => listed.has(f));
    const told = changes.paths.some((path) => {
      const place = this.index.placeOf(path);
      // A folder that is gone took its hints with it: they were listed.
      return place !== undefined && isHint(place.relativePath);
    });
    if (same && !told) return;
    this.hintsStale = true;
    this.relinkSettled();
  }

  /** Now, or when the batch of changes was read. */
  private relinkSettled(): void {
    if (this.updating === undefined) this.relinkSoon.request();
    else this.relinkWaits = true;
  }

  /**
   * New operations: only they are attributed, unless a service was never seen before: which service a file belongs to is decided among
   * those seen, and every answer may be another one. Resolves when the answers hold.
   */
  async operations(operations: readonly Operation[]): Promise<void> {
    const seen = this.linked?.seen ?? [];
    const few = operations.length <= addedAtOnce && this.linking === undefined;
    if (few && operations.every(({ service }) => seen.includes(service))) {
      this.listener.changed(this.book.add(operations));
      return;
    }
    // One moment for all: a function with only a part of its operations would show a part of its calls.
    this.book.hold(operations);
    if (this.linkServices !== undefined) await this.alone(this.answer);
    else await this.started;
  }

  private async relink(): Promise<void> {
    if (this.updating !== undefined) {
      this.relinkWaits = true;
      return;
    }
    if (this.linking !== undefined && this.linked !== undefined) {
      this.relinkSoon.request();
      return;
    }
    await this.linkNow();
  }

  private async linkNow(): Promise<void> {
    await this.alone(async () => {
      this.relinkWaits = false;
      this.relinkSoon.dispose();
      await this.linkAgain();
      await this.answer(true);
      this.tell();
      this.settleSoon.request();
    });
  }

  /** One at a time: linking gives others their turn, and reading hints waits for the disk. */
  private async alone(work: () => Promise<void>): Promise<void> {
    while (this.linking !== undefined) await this.linking;
    if (this.stop.signal.aborted) return;
    this.linking = work().finally(() => {
      this.linking = undefined;
    });
    await this.linking;
  }

  private async linkAgain(): Promise<void> {
    if (this.hintsStale) {
      this.hintsStale = false;
      this.everything = true;
      this.services = this.settings.trusted
        ? await readWorkspaceServices(this.index.listed, (path) => this.index.placeOf(path))
        : noWorkspaceServices;
    }
    for (const [path, document] of this.documents.parsed()) {
      this.settle(path, document);
      // What is typed while linking goes on is compared once it is done.
      this.settled.add(path);
    }
    this.linkServices = await linkWorkspace({
      files: this.index.files,
      documents: this.documents.parsed(),
      folders: this.settings.folders.map((folder) => folder.path),
      services: this.services,
      atLineOf: (...at) => this.releaseFiles.atLineOf(...at),
    });
  }

  /** Attributes all operations, until no other service was seen meanwhile. */
  private readonly answer = async (linkedAgain?: true): Promise<void> => {
    let again: boolean = linkedAgain ?? false;
    while (this.linkServices !== undefined && !this.stop.signal.aborted) {
      const seen = this.book.services;
      const others = this.linked?.seen.join('\n') !== seen.join('\n');
      if (!again && !others && !this.book.holds) break;
      if (others) this.everything = true;
      again = false;
      const linked =
        others || linkedAgain === true || this.linked === undefined
          ? this.linkServices(seen)
          : this.linked;
      const changed = await this.book.relink(linked.attributor, this.stop.signal);
      if (changed === undefined) return;
      this.linked = linked;
      this.listener.changed(changed, ...(this.everything ? [true as const] : []));
      this.everything = false;
    }
  };

  private tell(): void {
    if (this.linked === undefined || this.stop.signal.aborted) return;
    this.places.wantTexts();
    const table = JSON.stringify(this.linked.routeTable);
    if (table !== this.routesSent) this.listener.routes(this.linked.routeTable);
    this.routesSent = table;
    const problems = JSON.stringify(this.services.problems);
    if (problems !== this.problemsSent) this.listener.problems(this.services.problems);
    this.problemsSent = problems;
    const rules = JSON.stringify(this.services.rules);
    if (rules !== this.rulesSent) this.listener.rules(this.services.rules);
    this.rulesSent = rules;
  }

  get routeTable(): RouteTable | undefined {
    return this.linked?.routeTable;
  }

  report(): IndexReport {
    const skipped = [...this.index.notes];
    let functions = 0;
    for (const file of this.index.files.values()) {
      functions += file.functions.length;
      if (file.reason !== undefined) skipped.push({ path: file.path, reason: file.reason });
    }
    return {
      state: this.index.indexing || this.linked === undefined ? 'indexing' : 'idle',
      files: this.index.files.size,
      functions,
      routes: this.routes.length,
      operations: this.book.size,
      skipped: skipped.slice(0, shownSkipped),
      skippedCount: skipped.length,
    };
  }

  dispose(): void {
    this.stop.abort();
    this.settleSoon.dispose();
    this.relinkSoon.dispose();
    this.askSoon.dispose();
    this.documents.dispose();
    this.book.unlink();
  }
}

const baseName = (path: string): string => path.slice(path.search(/[^/\\]*$/));
