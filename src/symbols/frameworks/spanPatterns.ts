import type { SpanPattern } from './framework.ts';

const jvmAnnotations = { WithSpan: { at: 0, named: ['value'] } };

/** Spans made by hand, per language: https://opentelemetry.io/docs/languages/ */
export const spanPatterns: readonly SpanPattern[] = [
  {
    family: 'javascript',
    calls: { startActiveSpan: { at: 0 }, startSpan: { at: 0 } },
    decorators: { Span: { at: 0 }, WithSpan: { at: 0 } },
  },
  {
    family: 'python',
    calls: {
      start_as_current_span: { at: 0, named: ['name'] },
      start_span: { at: 0, named: ['name'] },
    },
    decorators: { start_as_current_span: { at: 0, named: ['name'] } },
  },
  { family: 'java', calls: { spanBuilder: { at: 0 } }, decorators: jvmAnnotations },
  {
    family: 'ruby',
    calls: { in_span: { at: 0 }, start_span: { at: 0 }, start_root_span: { at: 0 } },
    decorators: {},
  },
  { family: 'php', calls: { spanBuilder: { at: 0 } }, decorators: {} },
  { family: 'csharp', calls: { StartActivity: { at: 0, named: ['name'] } }, decorators: {} },
  {
    family: 'rust',
    calls: { span_builder: { at: 0 }, in_span: { at: 0 }, start_with_context: { at: 0 } },
    macros: {
      span: true,
      error_span: true,
      warn_span: true,
      info_span: true,
      debug_span: true,
      trace_span: true,
    },
    decorators: { instrument: { named: ['name'] } },
  },
  { family: 'go', calls: { Start: { at: 1 } }, decorators: {} },
];
