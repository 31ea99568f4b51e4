import type { UnixMillis } from '../../../domain/units.ts';
import type { TelemetrySink } from '../model.ts';
import { MalformedBody } from './batch.ts';
import { decodeLogsJson } from './jsonLogs.ts';
import { decodeMetricsJson } from './jsonMetrics.ts';
import { decodeTracesJson } from './jsonTraces.ts';
import { decodeLogsProtobuf } from './protobufLogs.ts';
import { decodeMetricsProtobuf } from './protobufMetrics.ts';
import { decodeTracesProtobuf } from './protobufTraces.ts';
import type { Encoding, Signal } from './responses.ts';
import type { Tally } from './tally.ts';

/** `malformed`: the body is refused whole; otherwise what of it was refused, with why. */
export type IntakeAnswer =
  | { readonly taken: true; readonly rejected: number; readonly message: string }
  | { readonly taken: false; readonly malformed: string };

/** One door for both servers: decodes a body, hands the records on, counts. */
export class Intake {
  private readonly sink: TelemetrySink;
  private readonly tally: Tally;
  private readonly now: () => UnixMillis;

  constructor(sink: TelemetrySink, tally: Tally, now: () => UnixMillis) {
    this.sink = sink;
    this.tally = tally;
    this.now = now;
  }

  /** True while senders should wait; counts each request turned away. */
  saturated(): boolean {
    if (!this.sink.saturated()) return false;
    this.tally.add('requests.turnedAway');
    return true;
  }

  take(signal: Signal, encoding: Encoding, body: Uint8Array): IntakeAnswer {
    this.tally.add(`requests.${signal}`);
    this.tally.add('bytes.received', body.length);
    try {
      if (signal === 'logs') return this.takeLogs(encoding, body);
      return signal === 'traces'
        ? this.takeSpans(encoding, body)
        : this.takeMetrics(encoding, body);
    } catch (error) {
      if (!(error instanceof MalformedBody)) throw error;
      this.tally.add('requests.malformed');
      return { taken: false, malformed: error.message };
    }
  }

  private takeSpans(encoding: Encoding, body: Uint8Array): IntakeAnswer {
    const decode = encoding === 'json' ? decodeTracesJson : decodeTracesProtobuf;
    const batch = decode(body, this.tally);
    const outcome = this.sink.spans(batch.records, this.now());
    this.tally.add('spans.received', batch.records.length + batch.rejected);
    return this.answer('spans', batch, outcome);
  }

  private takeMetrics(encoding: Encoding, body: Uint8Array): IntakeAnswer {
    const decode = encoding === 'json' ? decodeMetricsJson : decodeMetricsProtobuf;
    const batch = decode(body, this.tally);
    const outcome = this.sink.metrics(batch.records, this.now());
    this.tally.add('points.received', batch.records.length + batch.rejected);
    return this.answer('points', batch, outcome);
  }

  private takeLogs(encoding: Encoding, body: Uint8Array): IntakeAnswer {
    const logs = (encoding === 'json' ? decodeLogsJson : decodeLogsProtobuf)(body);
    this.tally.add('logs.received', logs.records);
    this.tally.add('logs.withException', logs.exceptions);
    return { taken: true, rejected: 0, message: '' };
  }

  private answer(
    what: string,
    ...parts: readonly { readonly rejected: number; readonly message: string }[]
  ): IntakeAnswer {
    const rejected = parts.reduce((sum, part) => sum + part.rejected, 0);
    this.tally.add(`${what}.rejected`, rejected);
    const message = parts.map((part) => part.message).filter((text) => text !== '');
    return { taken: true, rejected, message: message.join('; ') };
  }
}
