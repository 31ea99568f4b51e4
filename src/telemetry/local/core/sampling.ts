const all = 2 ** 56;
const remembered = new Map<string, number>();
const mostRemembered = 1000;

/**
 * How many calls a span stands for: 1 ÷ the sampling probability that `tracestate` carries as `ot=th:<threshold>` (OpenTelemetry,
 * "TraceState: Probability Sampling": up to 14 hex digits, right-padded with zeros, rejection threshold out of 2^56).
 */
export function samplingWeight(traceState: string): number {
  if (traceState === '' || !traceState.includes('th:')) return 1;
  const before = remembered.get(traceState);
  if (before !== undefined) return before;
  const weight = parse(traceState);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(traceState, weight);
  return weight;
}

function parse(traceState: string): number {
  for (const member of traceState.split(',')) {
    const [key, value] = member.trim().split('=', 2);
    if (key !== 'ot' || value === undefined) continue;
    const threshold = /(?:^|;)th:([0-9a-f]{1,14})(?:;|$)/.exec(value)?.[1];
    if (threshold === undefined) continue;
    return all / (all - Number.parseInt(threshold.padEnd(14, '0'), 16));
  }
  return 1;
}
