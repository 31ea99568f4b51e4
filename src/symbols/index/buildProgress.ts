import type { IndexProgress } from '../contract.ts';

/** A build that ends sooner is told by its answers alone. */
const quietFor = 2_000;
const tellEvery = 500;

/** How far a build of the index is, told only while it takes long. */
export class BuildProgress {
  private readonly total: number;
  private readonly tell: (progress: IndexProgress | null) => void;
  private readonly now: () => number;
  private nextAt: number;
  private read = 0;
  private told = false;

  /** `now`: milliseconds of any clock. */
  constructor(
    total: number,
    tell: (progress: IndexProgress | null) => void,
    now: () => number = () => performance.now(),
  ) {
    this.total = total;
    this.tell = tell;
    this.now = now;
    this.nextAt = now() + quietFor;
  }

  /** One more file was read. */
  readonly step = (): void => {
    this.read += 1;
    const now = this.now();
    if (now < this.nextAt || this.read >= this.total) return;
    this.nextAt = now + tellEvery;
    this.told = true;
    this.tell({ read: this.read, total: this.total });
  };

  end(): void {
    if (this.told) this.tell(null);
    this.told = false;
  }
}
