/** A trace that a text names, and the span where the text says so. Ids are lower case; a trace id has 32 digits. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId?: string;
  /** What it was read from; the surest first. */
  readonly foundAs: 'traceparent' | 'header' | 'url' | 'field' | 'word';
}

const longestText = 200_000;
const mostContexts = 20;

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values; version ff is forbidden there. */
const traceparent =
  /(?<![0-9a-f])(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?![0-9a-f])/gi;
/** b3: {trace}-{span}[-{sampled}[-{parent}]], trace of 64 or 128 bits (openzipkin/b3-propagation). */
const b3 =
  /(?<![0-9a-f-])([0-9a-f]{32}|[0-9a-f]{16})-([0-9a-f]{16})(?:-[01d](?:-[0-9a-f]{16})?)?(?![0-9a-f-])/gi;
/** uber-trace-id: {trace}:{span}:{parent}:{flags}; Jaeger leaves leading zeros out. */
const uber =
  /(?<![0-9a-f:])([0-9a-f]{8,32}):([0-9a-f]{1,16}):[0-9a-f]{1,16}:[0-9a-f]{1,2}(?![0-9a-f:])/gi;
/** X-Ray: 1-{time}-{random}; OpenTelemetry's trace id is both joined. Its span is `Parent=`. */
const xray =
  /(?<![0-9a-f-])1-([0-9a-f]{8})-([0-9a-f]{24})(?![0-9a-f-])(?:[^\n]{0,40}?Parent=([0-9a-f]{16}))?/gi;
/** Google: {trace}/{span in decimal};o=1. */
const cloudTrace = /(?<![0-9a-f/])([0-9a-f]{32})\/\d{1,20};o=\d/gi;
/** /trace/{id} of Jaeger and Tempo, /traces/{id} of Zipkin and Google; parameters of Grafana, Kibana and others. */
const urlPath = /\/(?:trace|traces|by-?id)\/([0-9a-f]{8,32})(?![0-9a-z])/gi;
/** trace_id=…, "traceId": "…", trace.id: …, TraceID(…): the ways logs and URLs write it. */
const field =
  /(?<![a-z])(?:trace[ _.-]?id|x-b3-traceid|traceparent_id|otel[_.]trace[_.]id|operation[_-]?id|trace)["'\\]*\s*(?:[=:(]|=>)+\s*["'\\]*([0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16})(?![0-9a-f-])/gi;
const spanField =
  /(?<![a-z])(?:span[ _.-]?id|x-b3-spanid|uifind|span)["'\\]*\s*(?:[=:(]|=>)+\s*["'\\]*([0-9a-f]{16})(?![0-9a-f])/i;
/** Grafana Explore puts the id into {"query":"…"}. */
const grafanaQuery = /"query"\s*:\s*"([0-9a-f]{16,32})"/gi;
const word = /(?<![0-9a-z])([0-9a-f]{32})(?![0-9a-z])/gi;

/**
 * Trace ids that a text names: a trace id alone, a traceparent or another propagation header, a log line, a backend's URL.
 * The surest reading comes first, each trace once. The text is only read: nothing in it is requested or opened.
 */
export function findTraceContexts(text: string): readonly TraceContext[] {
  const found: TraceContext[] = [];
  const add = (foundAs: TraceContext['foundAs'], trace: string, span?: string): void => {
    const traceId = trace.replaceAll('-', '').toLowerCase().padStart(32, '0');
    if (/^0+$/.test(traceId) || found.length >= mostContexts) return;
    if (found.some((other) => other.traceId === traceId)) return;
    const spanId = span?.toLowerCase().padStart(16, '0');
    found.push({
      traceId,
      ...(spanId === undefined || /^0+$/.test(spanId) ? {} : { spanId }),
      foundAs,
    });
  };
  const read = percentDecoded(text.slice(0, longestText)).trim();
  for (const [, trace = '', span] of read.matchAll(traceparent)) add('traceparent', trace, span);
  for (const [, time = '', random = '', span] of read.matchAll(xray))
    add('header', time + random, span);
  for (const pattern of [b3, uber, cloudTrace])
    for (const [, trace = '', span] of read.matchAll(pattern)) add('header', trace, span);
  const span = spanField.exec(read)?.[1];
  for (const [, trace = ''] of read.matchAll(urlPath)) add('url', trace, span);
  for (const [, trace = ''] of read.matchAll(grafanaQuery)) add('url', trace, span);
  for (const match of read.matchAll(field)) {
    // A log line's span belongs to the trace named beside it, not to one named a thousand lines before.
    const around = read.slice(Math.max(0, match.index - 200), match.index + match[0].length + 200);
    add('field', match[1] ?? '', spanField.exec(around)?.[1]);
  }
  for (const [, trace = ''] of read.matchAll(word)) add('word', trace, span);
  // 16 digits may as well be a span's id: only when nothing else stands there.
  if (/^[0-9a-f]{16}$/i.test(read)) add('word', read);
  return found;
}

/** URLs carry nested state encoded up to twice (Grafana, Kibana). A text that isn't valid encoding stays as it is. */
function percentDecoded(text: string): string {
  let decoded = text;
  for (let round = 0; round < 2 && /%[0-9a-f]{2}/i.test(decoded); round++)
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return decoded.replace(/%(2[27fF]|3[aAdDfF]|7[bBdD])/g, (escape) =>
        decodeURIComponent(escape),
      );
    }
  return decoded;
}
