import { isObject, messages, parseJson, repeated, textField } from './jsonValues.ts';
import type { LogBatch } from './logs.ts';

/** `ExportLogsServiceRequest` in OTLP/JSON. Throws `MalformedBody`. */
export function decodeLogsJson(bytes: Uint8Array): LogBatch {
  let records = 0;
  let exceptions = 0;
  for (const resourceLogs of messages(parseJson(bytes), 'resourceLogs'))
    for (const scoped of messages(resourceLogs, 'scopeLogs', 'instrumentationLibraryLogs'))
      for (const record of messages(scoped, 'logRecords')) {
        records++;
        const carries = repeated(record, 'attributes').some(
          (item) => isObject(item) && textField(item, 'key').startsWith('exception.'),
        );
        if (carries) exceptions++;
      }
  return { records, exceptions };
}
