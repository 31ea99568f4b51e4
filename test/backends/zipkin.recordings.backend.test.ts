import { recordedZipkin } from '../unit/faults/traceBackends.ts';
import { describeRecordings } from './recordedAnswers.ts';
import { recordedTraceAsZipkin } from './recordedTrace.ts';
import { post, urlFrom } from './traceBackend.ts';
import { askOfTraces, untilIndexed } from './traceQuestions.ts';

const url = urlFrom('PRODLENS_TEST_ZIPKIN');
/** As long ago as a trace has to be to be thought whole. */
const start = Date.now() - 60_000;

describeRecordings({
  kind: 'zipkin',
  url: () => url,
  async send() {
    await post(`${url}/api/v2/spans`, recordedTraceAsZipkin(start));
    await untilIndexed(recordedZipkin, url);
  },
  imitations: [
    {
      backend: recordedZipkin,
      url: () => url,
      drive: (address) => askOfTraces(recordedZipkin, address),
      ahead: (recordedZipkin.trace?.at ?? 0) - start,
    },
  ],
});
