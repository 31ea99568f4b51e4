import { createZipkinSource } from '../../src/telemetry/zipkin/traceSource.ts';
import { asZipkin } from './sampleTraffic.ts';
import { describeTraceBackend, post, urlFrom } from './traceBackend.ts';

const url = urlFrom('PRODLENS_TEST_ZIPKIN');

describeTraceBackend({
  name: 'Zipkin',
  url: () => url,
  textOnly: true,
  create: createZipkinSource,
  send: (traces) => post(`${url}/api/v2/spans`, asZipkin(traces)),
});
