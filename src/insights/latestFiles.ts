import type { FileInsights, Insight } from '../domain/insight.ts';
import type { FileView } from '../symbols/contract.ts';

interface Kept {
  view?: FileView | null;
  /** The view or the numbers have to be asked for again before the file's insights are given out. */
  viewStale: boolean;
  numbersStale: boolean;
  insights?: FileInsights;
  fingerprint?: string;
}

/** Files kept beside those in sight. */
const maxFiles = 300;

/** What is known of each file now: its symbols, its insights, and which of them are out of date. */
export class LatestFiles {
  readonly #files = new Map<string, Kept>();
  readonly #byId = new Map<string, Insight>();
  #shown: readonly string[] = [];

  view(path: string): FileView | undefined {
    return this.#files.get(path)?.view ?? undefined;
  }

  needsView(path: string): boolean {
    const kept = this.#files.get(path);
    return kept?.view === undefined || kept.viewStale;
  }

  needsNumbers(path: string): boolean {
    const kept = this.#files.get(path);
    return kept?.insights === undefined || kept.numbersStale;
  }

  setView(path: string, view: FileView | null): void {
    const kept = this.#files.get(path) ?? { viewStale: false, numbersStale: true };
    this.#files.delete(path);
    this.#files.set(path, kept);
    kept.view = view;
    kept.viewStale = false;
    this.#bound();
  }

  /** True when the insights differ from those known before. */
  put(path: string, insights: readonly Insight[]): boolean {
    const kept = this.#files.get(path);
    if (kept === undefined) return false;
    kept.numbersStale = false;
    const fingerprint = JSON.stringify(insights);
    const changed = fingerprint !== (kept.fingerprint ?? '[]');
    const version = kept.view?.version;
    if (kept.insights !== undefined && !changed) {
      // Places that edits left alone are those of the newer text as well.
      if (version !== undefined) kept.insights = { ...kept.insights, version };
      return false;
    }
    this.#forgetIds(kept);
    kept.insights = { path, insights, ...(version === undefined ? {} : { version }) };
    kept.fingerprint = fingerprint;
    for (const insight of insights) this.#byId.set(insight.id, insight);
    return changed;
  }

  insights(path: string): FileInsights | undefined {
    return this.#files.get(path)?.insights;
  }

  byId(id: string): Insight | undefined {
    return this.#byId.get(id);
  }

  /** Without paths: all of them. */
  staleViews(paths?: readonly string[]): void {
    for (const path of paths ?? this.#files.keys()) {
      const kept = this.#files.get(path);
      if (kept === undefined) continue;
      kept.viewStale = true;
      kept.numbersStale = true;
    }
  }

  staleNumbers(): void {
    for (const kept of this.#files.values()) kept.numbersStale = true;
  }

  clearInsights(): void {
    this.#byId.clear();
    for (const kept of this.#files.values()) {
      delete kept.insights;
      kept.numbersStale = true;
    }
  }

  keep(shown: readonly string[]): void {
    this.#shown = shown;
    this.#bound();
  }

  #forgetIds(kept: Kept): void {
    for (const { id } of kept.insights?.insights ?? []) this.#byId.delete(id);
  }

  #bound(): void {
    for (const [path, kept] of this.#files) {
      if (this.#files.size <= maxFiles) return;
      if (this.#shown.includes(path)) continue;
      this.#forgetIds(kept);
      this.#files.delete(path);
    }
  }
}
