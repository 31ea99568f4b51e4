import type { CompareReleases, ComparisonSample, ComparisonSide } from '../domain/comparison.ts';
import type { Comparison, ComparisonFinding, Verdict } from '../domain/stats.ts';
import { judgeErrors } from './errorEvidence.ts';
import { judgeLatency } from './latencyEvidence.ts';
import type { SharedBlock } from './sharedBlocks.ts';
import { sharedBlocks } from './sharedBlocks.ts';

/** Of a hundred rollouts of identical releases, at most one may raise any alarm, over all functions, metrics and looks. */
const alphaPerRollout = 0.01;
const metrics = 2;

/**
 * Judges a release against the one with the largest share, over the blocks of time in which both ran.
 * Decided in docs/semantics.md ("Worse, better, same, too few"); why in docs/adr/0003-verdict-statistics.md;
 * false alarms and power are measured by `npm run bench -- verdict`.
 */
export const compareReleases: CompareReleases = (candidate, baseline, context) => {
  const base = {
    release: candidate.version,
    baseline: baseline.version,
    basis: context.basis,
  } as const;
  if (candidate.version === '' || baseline.version === '')
    return {
      ...base,
      verdict: 'tooFew',
      findings: [],
      reason: 'an unknown release is never compared',
    };
  const blocks = sharedBlocks(candidate.blocks, baseline.blocks);
  const alpha = alphaPerRollout / (metrics * Math.max(1, context.functions));
  const findings = [judgeErrors(blocks, alpha), judgeLatency(blocks, alpha)].map((finding) =>
    holdsWithoutWorstInstance(finding, candidate, baseline, alpha)
      ? finding
      : { ...finding, verdict: 'same' as const },
  );
  const verdict = overall(findings);
  const reason = verdict === 'tooFew' ? tooFewReason(blocks) : undefined;
  const ordered = findings.sort((a, b) => weight(a.verdict) - weight(b.verdict));
  return reason === undefined
    ? { ...base, verdict, findings: ordered }
    : { ...base, verdict, findings: ordered, reason };
};

const order: readonly Verdict[] = ['worse', 'better', 'tooFew', 'same'];
const weight = (verdict: Verdict): number => order.indexOf(verdict);

/** One worse metric is enough; better needs nothing worse; same needs both metrics judged. */
function overall(findings: readonly ComparisonFinding[]): Comparison['verdict'] {
  const has = (verdict: Verdict): boolean => findings.some((f) => f.verdict === verdict);
  return order.find(has) ?? 'tooFew';
}

function tooFewReason(blocks: readonly SharedBlock[]): string {
  const calls = blocks.reduce((sum, b) => sum + b.candidate.calls, 0);
  const baselineCalls = blocks.reduce((sum, b) => sum + b.baseline.calls, 0);
  return `too few calls to tell: ${calls} against ${baselineCalls} over the time both ran`;
}

/**
 * A finding that one instance carries alone is not one about the release: it must hold with the candidate's worst
 * instance left out. With one instance on a side the two cannot be told apart, and the finding stands as it is.
 */
function holdsWithoutWorstInstance(
  finding: ComparisonFinding,
  candidate: ComparisonSide,
  baseline: ComparisonSide,
  alpha: number,
): boolean {
  if (finding.verdict !== 'worse' && finding.verdict !== 'better') return true;
  // Better on one slow baseline instance is the same fallacy the other way round.
  const suspects = finding.verdict === 'worse' ? candidate : baseline;
  const others = finding.verdict === 'worse' ? baseline : candidate;
  const instances = suspects.instances ?? [];
  if (instances.length < 2) return true;
  const judge = finding.metric === 'errors' ? judgeErrors : judgeLatency;
  const wanted = finding.verdict;
  const whole = pooled(others.instances ?? others.blocks);
  return instances.every((_, left) => {
    const rest = pooled(instances.filter((__, index) => index !== left));
    const block: SharedBlock =
      wanted === 'worse'
        ? { candidate: rest, baseline: whole }
        : { candidate: whole, baseline: rest };
    return judge([block], alpha).verdict === wanted;
  });
}

function pooled(samples: readonly ComparisonSample[]): ComparisonSample {
  return {
    calls: samples.reduce((sum, s) => sum + s.calls, 0),
    errors: samples.reduce((sum, s) => sum + s.errors, 0),
    buckets: samples.flatMap((s) => s.buckets),
  };
}
