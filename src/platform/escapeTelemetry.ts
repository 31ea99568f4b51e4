import { redact } from './redact.ts';

/** Text of telemetry in a Markdown document: on one line, no markup, no secret, bounded. */
export const escapeTelemetry = (text: string): string =>
  redact(text.replace(/\s+/g, ' '), 500).replace(/[\\`*_{}[\]<>#|!~&]/g, '\\$&');
