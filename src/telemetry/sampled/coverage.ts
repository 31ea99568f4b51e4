import { joined, since, without, withStretch, type Stretch } from './stretches.ts';

/** What time a sample covers: stretches of which it holds every trace that the backend stores. */
export class Coverage {
  /** Of all traces of the service. */
  whole: readonly Stretch[] = [];
  /** Of the traces with a span of a name. */
  readonly #named = new Map<string, readonly Stretch[]>();
  /** Stretches in which a trace couldn't be had, or only a part of it. */
  #lacking: readonly Stretch[] = [];
  /** Stretches whose traces the backend has lost before they were looked at. */
  #lost: readonly Stretch[] = [];
  /** Start of the oldest trace: that the backend kept anything before it isn't known. */
  #oldest = Infinity;

  add(seen: Stretch, spanName: string | undefined): void {
    if (spanName === undefined) this.whole = withStretch(this.whole, seen);
    else this.#named.set(spanName, withStretch(this.#named.get(spanName) ?? [], seen));
  }

  addLacking(seen: Stretch): void {
    this.#lacking = withStretch(this.#lacking, seen);
  }

  addLost(stretch: Stretch): void {
    this.#lost = withStretch(this.#lost, stretch);
  }

  addTrace(start: number): void {
    this.#oldest = Math.min(this.#oldest, start);
  }

  /** Stretches in which every trace, or each with a span of the name, was asked for. */
  asked(spanName: string): readonly Stretch[] {
    return joined(this.whole, this.#named.get(spanName) ?? []);
  }

  /** Stretches of which all calls under some of the names are known. Unix milliseconds. */
  of(names: readonly string[]): readonly Stretch[] {
    const asked = names.reduce((all, name) => joined(all, this.asked(name)), this.whole);
    return without(asked, [...this.#lost, { from: -Infinity, to: this.#oldest }]);
  }

  /** From when on a window can be covered at all. */
  begins(from: number): number {
    return this.#oldest === Infinity ? from : Math.max(from, this.#oldest);
  }

  lacksSince(from: number): boolean {
    return this.#lacking.some(({ to }) => to > from);
  }

  /** What a person should know of the newest stretch that was lost, if any. */
  lost(backend: string): readonly string[] {
    const stretch = this.#lost.at(-1);
    if (stretch === undefined) return [];
    const [from = '', to = ''] = [stretch.from, stretch.to].map((time) =>
      new Date(time).toISOString().slice(11, 16),
    );
    return [
      `${backend} has lost traces that it had (a restart with its storage in memory?): calls from ${from} to ${to} UTC may be missing`,
    ];
  }

  forget(before: number): void {
    this.whole = since(this.whole, before);
    this.#lacking = since(this.#lacking, before);
    this.#lost = since(this.#lost, before);
    for (const [name, stretches] of this.#named) this.#named.set(name, since(stretches, before));
  }
}
