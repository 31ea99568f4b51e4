/** Runs `action` once, `delayMs` after the first request that it hasn't answered. */
export class Debounce {
  private readonly delayMs: number;
  private readonly action: () => void;
  private timer: NodeJS.Timeout | undefined;

  constructor(delayMs: number, action: () => void) {
    this.delayMs = delayMs;
    this.action = action;
  }

  request(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.action();
    }, this.delayMs);
  }

  /** Runs `action` at once; what was requested before is part of it. */
  now(): void {
    this.dispose();
    this.action();
  }

  get waiting(): boolean {
    return this.timer !== undefined;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
