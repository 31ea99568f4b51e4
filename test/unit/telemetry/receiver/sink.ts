import type {
  MetricRecord,
  SpanRecord,
  TelemetrySink,
} from '../../../../src/telemetry/local/model.ts';
import { unixMillis } from '../../../../src/domain/units.ts';
import { Intake } from '../../../../src/telemetry/local/otlp/intake.ts';
import { Tally } from '../../../../src/telemetry/local/otlp/tally.ts';

/** Keeps what arrives, and can be told to be full. */
export class ListSink implements TelemetrySink {
  readonly spanRecords: SpanRecord[] = [];
  readonly metricRecords: MetricRecord[] = [];
  full = false;
  refuse = { rejected: 0, message: '' };

  spans(records: readonly SpanRecord[]) {
    this.spanRecords.push(...records);
    return this.refuse;
  }

  metrics(records: readonly MetricRecord[]) {
    this.metricRecords.push(...records);
    return this.refuse;
  }

  saturated(): boolean {
    return this.full;
  }
}

export const access = {
  allowedHosts: ['localhost', '127.0.0.1', '[::1]', 'host.docker.internal'],
  allowedOrigins: ['https://app.example'],
};

export function intakeInto(sink: TelemetrySink) {
  const tally = new Tally();
  return { tally, intake: new Intake(sink, tally, () => unixMillis(1_795_247_040_000)) };
}
