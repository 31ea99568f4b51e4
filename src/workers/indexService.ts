import path from 'node:path';
import type { Operation } from '../domain/operation.ts';
import type { RouteTable } from '../domain/route.ts';
import type { Handlers } from '../rpc/contract.ts';
import type { IndexContract, IndexReport } from '../symbols/contract.ts';
import { StackBook } from '../symbols/frames/stackBook.ts';
import { createParserPool, type ParserPool } from '../symbols/parser/parserPool.ts';
import { AttributionBook } from './attributionBook.ts';
import { Debounce } from './debounce.ts';
import { IndexSession } from './indexSession.ts';

type Listeners = {
  readonly [K in keyof IndexContract['events']]: (payload: IndexContract['events'][K]) => void;
};

/** Who shows no progress, or has no repository to look into, leaves those out. */
export type IndexEvents = Omit<Listeners, 'progress' | 'wanted' | 'dropped'> &
  Partial<Pick<Listeners, 'progress' | 'wanted' | 'dropped'>>;

/** Changes are gathered that long before they are announced, so that a burst is one event. */
const announceAfterMs = 40;
/** Beyond, the host does better to ask for what it shows. */
const mostPaths = 500;

const idle: IndexReport = {
  state: 'idle',
  files: 0,
  functions: 0,
  routes: 0,
  operations: 0,
  skipped: [],
  skippedCount: 0,
};

/** Answers the index contract. Knows nothing of threads. */
export class IndexService {
  readonly handlers: Handlers<IndexContract>;
  private readonly events: IndexEvents;
  private readonly book = new AttributionBook();
  private readonly stacks = new StackBook();
  private readonly local = new Set<string>();
  private readonly changedPaths = new Set<string>();
  private readonly announceSoon = new Debounce(announceAfterMs, () => {
    this.announce();
  });
  private changedAll = false;
  private session: IndexSession | undefined;
  private pool: { readonly folder: string; readonly parsers: ParserPool } | undefined;
  private receiving: Promise<void> = Promise.resolve();
  private sendRoutes: ((table: RouteTable) => void) | undefined;

  constructor(events: IndexEvents) {
    this.events = events;
    this.handlers = this.answers();
  }

  /** Where the workspace's routes go, for spans that name none. */
  onRoutes(listener: (table: RouteTable) => void): void {
    this.sendRoutes = listener;
    if (this.session?.routeTable !== undefined) listener(this.session.routeTable);
  }

  /** Operations of the receiver. `restarted`: earlier ones of it are void. */
  receive(operations: readonly Operation[], restarted: boolean): void {
    // One after the other: many operations take several turns.
    this.receiving = this.receiving.then(() => this.receiveNow(operations, restarted));
  }

  private async receiveNow(operations: readonly Operation[], restarted: boolean): Promise<void> {
    if (restarted) {
      const kept = new Set<string>(operations.map((o) => o.id));
      this.gather(this.book.retain((o) => kept.has(o.id) || !this.local.has(o.id)));
      this.local.clear();
    }
    for (const operation of operations) this.local.add(operation.id);
    await this.take(operations);
  }

  private async take(operations: readonly Operation[]): Promise<void> {
    if (this.session === undefined) this.gather(this.book.add(operations));
    else await this.session.operations(operations);
  }

  private gather(paths: Iterable<string>, all?: true): void {
    for (const changed of paths) this.changedPaths.add(changed);
    if (all === true) this.changedAll = true;
    // After a linking nothing more comes at once, and somebody may be waiting for the first numbers.
    if (this.changedAll) this.announceSoon.now();
    else if (this.changedPaths.size > 0) this.announceSoon.request();
  }

  private announce(): void {
    const all = this.changedAll || this.changedPaths.size > mostPaths;
    const paths = all ? [] : [...this.changedPaths];
    this.changedAll = false;
    this.changedPaths.clear();
    this.events.changed(all ? { paths, all } : { paths });
  }

  private answers(): Handlers<IndexContract> {
    return {
      configure: (settings) => {
        this.session?.dispose();
        // The build that is given up tells nothing any more.
        this.events.progress?.(null);
        if (this.pool?.folder !== settings.grammarsFolder) {
          this.pool?.parsers.dispose();
          const locate = (file: string): string => path.join(settings.grammarsFolder, file);
          this.pool = { folder: settings.grammarsFolder, parsers: createParserPool(locate) };
        }
        this.session = new IndexSession(settings, this.pool.parsers, this.book, this.stacks, {
          changed: (paths, all) => {
            this.gather(paths, all);
          },
          routes: (table) => this.sendRoutes?.(table),
          problems: this.events.problems,
          rules: this.events.rules,
          progress: (progress) => this.events.progress?.(progress),
          wanted: (sources) => this.events.wanted?.(sources),
          dropped: (paths) => this.events.dropped?.(paths),
        });
        return undefined;
      },
      open: async ({ path: file, ...opened }) => {
        await this.session?.open(file, opened);
        return undefined;
      },
      edit: async ({ path: file, version, edits }) => ({
        inSync: (await this.session?.edit(file, version, edits)) ?? false,
      }),
      close: async ({ path: file }) => {
        await this.session?.close(file);
        return undefined;
      },
      baselines: async ({ path: file, baselines }) => {
        await this.session?.setBaselines(file, baselines);
        return undefined;
      },
      stacks: ({ stacks }) => {
        this.gather(this.stacks.set(stacks, this.session?.frames));
        this.session?.places.wantTexts();
        return undefined;
      },
      filesChanged: async (changes) => {
        await this.session?.filesChanged(changes);
        return undefined;
      },
      file: async ({ path: file }) => (await this.session?.file(file)) ?? null,
      attribute: async ({ operations }) => {
        await this.session?.ready();
        await this.take(operations);
        return operations.map((o) => this.book.get(o.id)?.attribution ?? this.book.attribute(o));
      },
      attributionsOf: ({ operations }) =>
        operations.flatMap((id) => {
          const entry = this.book.get(id);
          return entry === undefined ? [] : [entry];
        }),
      operations: async () => {
        await this.session?.ready();
        return this.book.all();
      },
      unowned: ({ limit }) => this.book.unowned(limit),
      locateFrames: async ({ stacks, releases, thorough }, signal) => {
        await this.session?.ready();
        const { session } = this;
        if (session === undefined) return stacks.map(() => null);
        const ask = () => stacks.map((stack, i) => session.places.locate(stack, releases?.[i]));
        return thorough === true ? session.releaseFiles.thoroughly(ask, signal) : ask();
      },
      routes: async () => (await this.session?.ready())?.routes ?? [],
      problems: () => this.session?.problems ?? [],
      report: () => this.session?.report() ?? idle,
    };
  }

  dispose(): void {
    this.announceSoon.dispose();
    this.session?.dispose();
    this.session = undefined;
    this.pool?.parsers.dispose();
  }
}
