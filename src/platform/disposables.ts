export interface Disposable {
  dispose(): unknown;
}

/** Owns what is added to it. What is added after the end is disposed at once, so that a late start can't leak. */
export class DisposableStore implements Disposable {
  readonly #owned = new Set<Disposable>();
  #disposed = false;

  add<T extends Disposable>(owned: T): T {
    if (this.#disposed) owned.dispose();
    else this.#owned.add(owned);
    return owned;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /** In reverse order of addition. One that throws doesn't keep the others from being disposed. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const errors: unknown[] = [];
    for (const owned of [...this.#owned].reverse())
      try {
        owned.dispose();
      } catch (error) {
        errors.push(error);
      }
    this.#owned.clear();
    if (errors.length > 0) throw new AggregateError(errors, 'disposing failed');
  }
}

/** Listeners of one event of ours, in plain TypeScript. A listener that throws doesn't stop the others. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly on = (listener: (value: T) => void): { dispose(): void } => {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners])
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
