import type { Failure, Result } from '../../../domain/result.ts';
import { ok } from '../../../domain/result.ts';
import type { RangeAnswer } from '../api.ts';
import type { Chunk } from './slotGrid.ts';
import type { MatrixRow } from '../wire.ts';

/** What one stretch may cost before the rest of it is left out. */
export interface ReadLimits {
  /** Samples that the backend reads: some ten seconds of one of Prometheus' cores. */
  readonly cost: number;
  /** Of answers. */
  readonly bytes: number;
  readonly requests: number;
}

export const readLimits: ReadLimits = { cost: 300_000_000, bytes: 32_000_000, requests: 24 };

export interface ReadPiece {
  readonly chunk: Chunk;
  readonly rows: readonly MatrixRow[];
}

export interface ReadStretch {
  /** Ascending, without holes. */
  readonly pieces: readonly ReadPiece[];
  /** Where they begin: later than what was asked for where that costs too much. */
  readonly from: number;
  readonly capped: boolean;
}

/** What takes too long or is too large with so few points isn't so for their number: it is not asked for in parts. */
const fewestPoints = 4;

const pointsOf = ({ from, to, step }: Chunk): number => (to - from) / step;

/** A question is too large for this backend; a smaller one may do. */
const asksTooMuch = ({ reason }: Failure): boolean => reason === 'tooLarge' || reason === 'timeout';

/**
 * Asks for a stretch in chunks, the newest first, until it is whole or its costs reach the limits. What a chunk will cost is known from the
 * one before; one that is refused for its size is asked for in halves.
 *
 * @param chunks ascending, without holes
 */
export async function readBack(
  chunks: readonly Chunk[],
  ask: (chunk: Chunk) => Promise<Result<RangeAnswer>>,
  limits: ReadLimits = readLimits,
): Promise<Result<ReadStretch>> {
  const waiting = [...chunks];
  const pieces: ReadPiece[] = [];
  const spent = { cost: 0, bytes: 0, requests: 0 };
  let perPoint = { cost: 0, bytes: 0 };
  let capped = false;
  for (let next = waiting.pop(); next !== undefined && !capped; next = waiting.pop()) {
    const affordable = Math.min(
      (limits.cost - spent.cost) / perPoint.cost,
      (limits.bytes - spent.bytes) / perPoint.bytes,
    );
    // 0 ÷ 0 of what isn't known yet.
    const points = Number.isNaN(affordable) ? Infinity : Math.floor(affordable);
    const chunk = points < pointsOf(next) ? newestOf(next, points) : next;
    if (pieces.length > 0 && (pointsOf(chunk) < 1 || spent.requests >= limits.requests)) {
      capped = true;
      break;
    }
    spent.requests += 1;
    const answer = await ask(chunk);
    if (answer.ok) {
      const { rows, bytes, cost = 0 } = answer.value;
      pieces.push({ chunk, rows });
      spent.cost += cost;
      spent.bytes += bytes;
      perPoint = { cost: cost / pointsOf(chunk), bytes: bytes / pointsOf(chunk) };
      capped = chunk !== next;
      continue;
    }
    if (!asksTooMuch(answer.failure)) return answer;
    if (pointsOf(chunk) > fewestPoints && spent.requests < limits.requests) {
      const newer = newestOf(chunk, Math.ceil(pointsOf(chunk) / 2));
      waiting.push({ ...next, to: newer.from }, newer);
    } else if (pieces.length === 0) return answer;
    else capped = true;
  }
  pieces.reverse();
  const from = pieces[0]?.chunk.from ?? chunks[0]?.from ?? 0;
  return ok({ pieces, from, capped });
}

const newestOf = (chunk: Chunk, points: number): Chunk => ({
  ...chunk,
  from: chunk.to - points * chunk.step,
});
