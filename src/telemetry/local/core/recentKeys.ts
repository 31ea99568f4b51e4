/**
 * Remembers 64-bit keys of recent spans in two generations of flat tables: 8 bytes each, no garbage. Used against senders that
 * repeat a batch after a lost answer.
 */
export class RecentKeys {
  private current = new Generation();
  private previous = new Generation();
  private began: number;

  private readonly keepMillis: number;
  private readonly most: number;

  constructor(now: number, keepMillis: number, most: number) {
    this.keepMillis = keepMillis;
    this.most = most;
    this.began = now;
  }

  get bytes(): number {
    return this.current.bytes + this.previous.bytes;
  }

  /** True when the key was seen within the time kept; remembers it. */
  seen(high: number, low: number, now: number): boolean {
    if (now - this.began >= this.keepMillis || this.current.size >= this.most) {
      this.previous = this.current;
      this.current = new Generation();
      this.began = now;
    }
    if (this.previous.has(high, low)) return true;
    return !this.current.add(high, low);
  }
}

class Generation {
  size = 0;
  private highs = new Uint32Array(1024);
  private lows = new Uint32Array(1024);

  get bytes(): number {
    return this.highs.length * 8;
  }

  has(high: number, low: number): boolean {
    const at = this.find(high, low);
    return this.highs[at] === high && this.lows[at] === low;
  }

  add(high: number, low: number): boolean {
    if (this.size * 2 >= this.highs.length) this.grow();
    const at = this.find(high, low);
    if (this.highs[at] === high && this.lows[at] === low) return false;
    this.highs[at] = high;
    this.lows[at] = low;
    this.size += 1;
    return true;
  }

  /** Place of the key, or the empty one where it would go (0, 0 is empty: such a key is never looked up twice). */
  private find(high: number, low: number): number {
    const mask = this.highs.length - 1;
    let at = (high ^ low) & mask;
    while (this.highs[at] !== 0 || this.lows[at] !== 0) {
      if (this.highs[at] === high && this.lows[at] === low) return at;
      at = (at + 1) & mask;
    }
    return at;
  }

  private grow(): void {
    const { highs, lows } = this;
    this.highs = new Uint32Array(highs.length * 2);
    this.lows = new Uint32Array(lows.length * 2);
    for (const [i, high] of highs.entries()) {
      const low = lows[i] ?? 0;
      if (high === 0 && low === 0) continue;
      const at = this.find(high, low);
      this.highs[at] = high;
      this.lows[at] = low;
    }
  }
}

/** FNV-1a over two texts, one after the other, twice with different starts: 64 bits as two unsigned halves (never both zero). */
export function hash64(text: string, more: string, salt: number): readonly [number, number] {
  let a = 0x811c9dc5 ^ salt;
  let b = 0x01000193 + salt;
  const length = text.length + more.length;
  for (let i = 0; i < length; i += 1) {
    const code = i < text.length ? text.charCodeAt(i) : more.charCodeAt(i - text.length);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b + code, 0x85ebca6b) ^ (b >>> 13);
  }
  return [(a | 1) >>> 0, b >>> 0];
}
