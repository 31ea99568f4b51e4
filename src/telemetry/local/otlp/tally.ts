/** Counts by name, for `prodlens.diagnose`. Names are literals of our own, never text from telemetry. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(name: string, by = 1): void {
    if (by !== 0) this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  get(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  read(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }

  clear(): void {
    this.counts.clear();
  }
}
