import { createTempoSource } from '../../src/telemetry/tempo/traceSource.ts';
import { asOtlp } from './sampleTraffic.ts';
import { describeTraceBackend, post, urlFrom } from './traceBackend.ts';

const url = urlFrom('PRODLENS_TEST_TEMPO');

describeTraceBackend({
  name: 'Grafana Tempo',
  url: () => url,
  create: createTempoSource,
  send: (traces) => post(`${urlFrom('PRODLENS_TEST_TEMPO_OTLP')}/v1/traces`, asOtlp(traces)),
});
