import type { Decoder } from './decoding.ts';
import { spmRows } from './jaeger/spm/wire.ts';
import { jaegerV1Spans, jaegerV1Traces } from './jaeger/v1.ts';
import { jaegerV3Spans, jaegerV3Traces } from './jaeger/v3.ts';
import { tempoSeries } from './tempo/metricsWire.ts';
import { tempoSearch, tempoSpans, tempoTrace } from './tempo/wire.ts';
import { exemplarRows, matrixRows, vectorRows } from './prometheus/wire.ts';
import { zipkinSpans, zipkinTrace, zipkinTraces } from './zipkin/wire.ts';

/** One line per kind of answer that may be large: what the decoding thread knows. */
export const decoders: readonly Decoder<unknown>[] = [
  matrixRows,
  vectorRows,
  exemplarRows,
  jaegerV1Spans,
  jaegerV1Traces,
  jaegerV3Spans,
  jaegerV3Traces,
  spmRows,
  tempoSearch,
  tempoSeries,
  tempoSpans.v1,
  tempoSpans.v2,
  tempoTrace.v1,
  tempoTrace.v2,
  zipkinSpans,
  zipkinTrace,
  zipkinTraces,
];
