import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import type { InputType, ZlibOptions } from 'node:zlib';
import { gunzip, inflate, inflateRaw } from 'node:zlib';
import type { requestLimits } from '../otlp/limits.ts';

export type BodyLimits = { readonly [K in keyof typeof requestLimits]: number };

/** Why a body could not be had: an HTTP status and a sentence. */
export interface BodyRefusal {
  readonly status: 400 | 413 | 415 | 503;
  readonly message: string;
}

type Inflate = (data: InputType, options: ZlibOptions) => Promise<Buffer>;
const inflaters = {
  gzip: promisify(gunzip) as Inflate,
  zlib: promisify(inflate) as Inflate,
  raw: promisify(inflateRaw) as Inflate,
};

/** Inflations at once: each may take its whole limit of memory. */
const inflationsAtOnce = 2;

/** Reads request bodies within bounds on each one and on all of them together. */
export class BodyReader {
  private held = 0;
  private inflating = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly limits: BodyLimits;

  constructor(limits: BodyLimits) {
    this.limits = limits;
  }

  /**
   * The body, inflated, for as long as `use` runs. The promise rejects only when the sender goes away.
   * @throws what `use` throws.
   */
  async read<T>(request: IncomingMessage, use: (body: Buffer | BodyRefusal) => T): Promise<T> {
    const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (!['identity', 'gzip', 'deflate'].includes(encoding))
      return use({
        status: 415,
        message: `Content-Encoding ${encoding.slice(0, 40)} is not supported; use gzip or deflate`,
      });
    const chunks: Buffer[] = [];
    let length = 0;
    let refusal: BodyRefusal | undefined;
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        const bytes = chunk as Buffer;
        length += bytes.length;
        if (refusal === undefined) {
          this.held += bytes.length;
          chunks.push(bytes);
          refusal = this.overLimit(length);
          if (refusal !== undefined)
            this.held -= chunks.splice(0).reduce((n, c) => n + c.length, 0);
        }
        // Read on without keeping, so that the sender sees the answer and not a broken connection; but not for ever.
        if (length > this.limits.bodyBytes * 8) break;
      }
      if (refusal !== undefined) return use(refusal);
      const body =
        chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      if (encoding === 'identity' || body.length === 0) return use(body);
      return use(await this.inflated(body, encoding));
    } finally {
      this.held -= chunks.reduce((n, c) => n + c.length, 0);
    }
  }

  private overLimit(length: number): BodyRefusal | undefined {
    const { bodyBytes, bytesInFlight } = this.limits;
    if (length > bodyBytes) return { status: 413, message: `the body is over ${bodyBytes} bytes` };
    if (this.held > bytesInFlight) return { status: 503, message: 'too many requests at once' };
    return undefined;
  }

  private async inflated(body: Buffer, encoding: string): Promise<Buffer | BodyRefusal> {
    while (this.inflating >= inflationsAtOnce)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.inflating++;
    try {
      // Some senders mean raw deflate by "deflate"; zlib's header is told by its low nibble (RFC 1950).
      const kind = encoding === 'gzip' ? 'gzip' : ((body[0] ?? 0) & 15) === 8 ? 'zlib' : 'raw';
      return await inflaters[kind](body, { maxOutputLength: this.limits.inflatedBytes });
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        ? { status: 413, message: `the inflated body is over ${this.limits.inflatedBytes} bytes` }
        : { status: 400, message: `the body is not valid ${encoding}` };
    } finally {
      this.inflating--;
      this.waiting.shift()?.();
    }
  }
}
