import type { HistogramBucket } from './histogram.ts';

/** Scale of what we record ourselves: buckets 4.4 % wide, so a value in a bucket is off by at most 2.2 %. */
export const ownScale = 4;
/** Finer histograms of others are brought down to this one: more says nothing to a reader and costs memory. */
export const finestScale = 6;

/**
 * Base-2 exponential histogram, sparse, mutable. Bucket i at scale s holds (2^(i/2^s), 2^((i+1)/2^s)], as in the OpenTelemetry
 * data model ("ExponentialHistogram"). Values in `msPerUnit` milliseconds each: seconds can't be turned into
 * milliseconds without moving every bucket's bounds, so the unit stays and readers multiply.
 */
export class ExponentialHistogram {
  readonly kind = 'exponential';
  private scaleNow: number;
  private factor: number;
  private zero = 0;
  private zeroWidth = 0;
  /** index, count, index, count … ascending by index. */
  private pairs: number[] = [];

  readonly msPerUnit: number;

  constructor(scale: number = ownScale, msPerUnit = 1) {
    this.msPerUnit = msPerUnit;
    this.scaleNow = Math.min(scale, finestScale);
    this.factor = 2 ** this.scaleNow;
  }

  get scale(): number {
    return this.scaleNow;
  }

  /** Values counted, weights included. */
  get count(): number {
    let sum = this.zero;
    for (let i = 1; i < this.pairs.length; i += 2) sum += this.pairs[i] ?? 0;
    return sum;
  }

  get byteLength(): number {
    return 64 + this.pairs.length * 8;
  }

  /** Counts one value; true when a new bucket was needed (for byte accounts). Negative and NaN are not recorded. */
  record(value: number, weight = 1): boolean {
    if (!(value >= 0)) return false;
    if (value <= this.zeroWidth) {
      this.zero += weight;
      return false;
    }
    return this.addAt(Math.ceil(Math.log2(value) * this.factor) - 1, weight);
  }

  /** Takes bucket counts of a wire histogram: positive range and zero bucket. */
  addRange(
    scale: number,
    offset: number,
    counts: readonly number[],
    zeroCount: number,
    zeroThreshold: number,
  ): void {
    if (scale < this.scaleNow) this.downscale(scale);
    const shift = 2 ** (scale - this.scaleNow);
    for (const [i, count] of counts.entries())
      if (count > 0) this.addAt(Math.floor((offset + i) / shift), count);
    this.widenZero(zeroThreshold);
    this.zero += zeroCount;
  }

  /** False, and nothing changed, when the units differ: such histograms are never mixed. */
  merge(other: ExponentialHistogram): boolean {
    if (other.msPerUnit !== this.msPerUnit) return false;
    if (other.scaleNow < this.scaleNow) this.downscale(other.scaleNow);
    const shift = 2 ** (other.scaleNow - this.scaleNow);
    for (let i = 0; i < other.pairs.length; i += 2)
      this.addAt(Math.floor((other.pairs[i] ?? 0) / shift), other.pairs[i + 1] ?? 0);
    this.widenZero(other.zeroWidth);
    this.zero += other.zero;
    return true;
  }

  clone(): ExponentialHistogram {
    const copy = new ExponentialHistogram(this.scaleNow, this.msPerUnit);
    copy.zero = this.zero;
    copy.zeroWidth = this.zeroWidth;
    copy.pairs = this.pairs.slice();
    return copy;
  }

  /** Buckets in milliseconds, ascending, empty ones left out. */
  buckets(): HistogramBucket[] {
    const all: HistogramBucket[] = [];
    if (this.zero > 0)
      all.push({ low: 0, high: this.zeroWidth * this.msPerUnit, count: this.zero });
    for (let i = 0; i < this.pairs.length; i += 2) {
      const index = this.pairs[i] ?? 0;
      all.push({
        low: 2 ** (index / this.factor) * this.msPerUnit,
        high: 2 ** ((index + 1) / this.factor) * this.msPerUnit,
        count: this.pairs[i + 1] ?? 0,
      });
    }
    return all;
  }

  /** Flat numbers for a snapshot: scale, unit, zero count, zero width, then index and count in turn. */
  toNumbers(): number[] {
    return [this.scaleNow, this.msPerUnit, this.zero, this.zeroWidth, ...this.pairs];
  }

  static fromNumbers(data: readonly number[]): ExponentialHistogram {
    const made = new ExponentialHistogram(data[0] ?? ownScale, data[1] ?? 1);
    made.zero = data[2] ?? 0;
    made.zeroWidth = data[3] ?? 0;
    made.pairs = data.slice(4);
    return made;
  }

  private downscale(scale: number): void {
    const shift = 2 ** (this.scaleNow - scale);
    const old = this.pairs;
    this.scaleNow = scale;
    this.factor = 2 ** scale;
    this.pairs = [];
    for (let i = 0; i < old.length; i += 2)
      this.addAt(Math.floor((old[i] ?? 0) / shift), old[i + 1] ?? 0);
  }

  /** A wider zero bucket swallows the buckets that begin below it, as the data model prescribes for merging. */
  private widenZero(width: number): void {
    if (!(width > this.zeroWidth)) return;
    this.zeroWidth = width;
    while (this.pairs.length > 0 && 2 ** ((this.pairs[0] ?? 0) / this.factor) < width) {
      this.zeroWidth = Math.max(this.zeroWidth, 2 ** (((this.pairs[0] ?? 0) + 1) / this.factor));
      this.zero += this.pairs[1] ?? 0;
      this.pairs.splice(0, 2);
    }
  }

  private addAt(index: number, count: number): boolean {
    const pairs = this.pairs;
    let low = 0;
    let high = pairs.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pairs[middle * 2] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    const at = low * 2;
    if (pairs[at] === index) {
      pairs[at + 1] = (pairs[at + 1] ?? 0) + count;
      return false;
    }
    pairs.splice(at, 0, index, count);
    return true;
  }
}
