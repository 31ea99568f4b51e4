import { ok, type Result } from '../../domain/result.ts';
import type { ListedCalls, StoredCounts, StoredService } from './storedCounts.ts';
import type { Stretch } from './stretches.ts';

/** Calls of all rows in a slot. */
export interface SlotCount {
  /** Its end and its length, Unix milliseconds. */
  readonly end: number;
  readonly length: number;
  readonly calls: number;
}

/** Whether counts hold the calls that are stored. */
export type Comparison =
  { readonly kind: 'whole' } | { readonly kind: 'lacking' | 'unclear'; readonly why: string };

/** Calls that a closer look is made at: as many as a search lists with room to spare. */
const closeLook = 60;
const second = 1000;
/** Parts of a window whose older end is looked at by itself where a search doesn't list all of it. */
const parts = 3;

/**
 * Compares counts with what a search finds, which looks through all that is stored: all calls of the stretch where a search lists them, else
 * some of them, all of two short stretches, one of them in the oldest part, and what is in the likeliest hole. Seven requests at most, mostly one.
 *
 * @param slots of the stretch, ascending, without holes
 */
export async function compareCounts(
  counts: StoredCounts,
  service: StoredService,
  slots: readonly SlotCount[],
  random: () => number,
  signal: AbortSignal,
): Promise<Result<Comparison>> {
  const all = await compared(counts, service, slots, signal);
  if (!all.ok || all.value.comparison.kind !== 'whole' || all.value.listed)
    return comparisonIn(all);
  const oldest = slots.slice(0, Math.ceil(slots.length / parts));
  const old = await compared(counts, service, oldest, signal);
  if (!old.ok || old.value.comparison.kind !== 'whole') return comparisonIn(old);
  const hole = likeliestHole(slots);
  const missing = hole.length === 0 ? old : await compared(counts, service, hole, signal);
  if (!missing.ok || missing.value.comparison.kind !== 'whole') return comparisonIn(missing);
  const looks = [...(old.value.listed ? [] : [oldest]), slots];
  for (const some of looks) {
    const look = await lookedAt(counts, service, some, random, signal);
    if (!look.ok || look.value.kind !== 'whole') return look;
  }
  return ok(whole);
}

const whole: Comparison = { kind: 'whole' };

interface Compared {
  readonly comparison: Comparison;
  /** Every call was compared. */
  readonly listed: boolean;
}

const comparisonIn = (compared: Result<Compared>): Result<Comparison> =>
  compared.ok ? ok(compared.value.comparison) : compared;

async function compared(
  counts: StoredCounts,
  service: StoredService,
  slots: readonly SlotCount[],
  signal: AbortSignal,
): Promise<Result<Compared>> {
  const from = (slots[0]?.end ?? 0) - (slots[0]?.length ?? 0);
  const found = await counts.listed({ ...service, from, to: slots.at(-1)?.end ?? 0 }, signal);
  if (!found.ok) return found;
  return ok({ comparison: judged(slots, found.value, counts.title), listed: found.value.all });
}

/** Of neighbouring slots without calls those where the slots beside them let expect most; none: empty. */
function likeliestHole(slots: readonly SlotCount[]): readonly SlotCount[] {
  let best: { readonly hole: readonly SlotCount[]; readonly expected: number } = {
    hole: [],
    expected: 0,
  };
  for (let from = 0; from < slots.length; from += 1) {
    const [before, first] = [slots[from - 1], slots[from]];
    if (first?.calls !== 0) continue;
    const next = slots.findIndex(({ calls }, i) => i > from && calls > 0);
    const hole = slots.slice(from, next === -1 ? undefined : next);
    const beside = [before, next === -1 ? undefined : slots[next]];
    const expected = hole.length * beside.reduce((sum, slot) => sum + (slot?.calls ?? 0), 0);
    if (expected > best.expected) best = { hole, expected };
    from += hole.length;
  }
  return best.hole;
}

/** All calls of a short stretch inside of a slot that has some. */
async function lookedAt(
  counts: StoredCounts,
  service: StoredService,
  slots: readonly SlotCount[],
  random: () => number,
  signal: AbortSignal,
): Promise<Result<Comparison>> {
  const filled = slots.filter(({ calls }) => calls > 0);
  const slot = filled[Math.floor(random() * filled.length)];
  if (slot === undefined) return ok(whole);
  const { from, to } = within(slot, random);
  const length = to - from;
  // A slot more at both ends: a stretch of one slot is another kind of question to Tempo.
  const asked = { ...service, from: from - length, to: to + length, step: length };
  const rows = await counts.calls(asked, signal);
  if (!rows.ok) return rows;
  const found = await counts.listed({ ...service, from, to }, signal);
  if (!found.ok) return found;
  if (!found.value.all)
    return ok({
      kind: 'unclear',
      why: `more calls come in a second than a search lists, so what ${counts.title} cover can’t be told`,
    });
  const calls = rows.value.reduce(
    (sum, row) =>
      sum + row.slots.reduce((n, { at, histogram }) => (at === to ? n + histogram.count : n), 0),
    0,
  );
  return ok(judged([{ end: to, length, calls }], found.value, counts.title));
}

/** Whole seconds on the grid of their own length. */
function within({ end, length, calls }: SlotCount, random: () => number): Stretch {
  const wanted = Math.floor((length * closeLook) / Math.max(calls, closeLook) / second) * second;
  const short = Math.max(second, wanted);
  const first = Math.ceil((end - length) / short);
  const last = Math.max(first, Math.floor(end / short) - 1);
  const from = (first + Math.floor(random() * (last - first + 1))) * short;
  return { from, to: from + short };
}

function judged(slots: readonly SlotCount[], listed: ListedCalls, title: string): Comparison {
  if (listed.mixed)
    return {
      kind: 'unclear',
      why: `services of several namespaces have its name, and ${title} can’t tell it from them`,
    };
  for (const { end, length, calls } of slots) {
    const found = listed.starts.filter((at) => at > end - length && at <= end).length;
    const fits = listed.all ? alike(calls, found) : calls >= found || alike(calls, found);
    if (!fits)
      return {
        kind: 'lacking',
        why: `${title} count ${calls} calls where a search finds ${found}`,
      };
  }
  return whole;
}

/** Nothing is nothing; else a call at the edge, or a fiftieth that came late, is no sign of a gap. */
const alike = (counted: number, found: number): boolean =>
  counted === 0
    ? found === 0
    : Math.abs(counted - found) <= Math.max(1, Math.floor(0.02 * Math.max(counted, found)));
