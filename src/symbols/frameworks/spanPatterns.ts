import type { Arg } from './expression.ts';

/** How a span made by hand is written in a language. */
export interface SpanPattern {
  /** Of `families/`: the languages it is written in. */
  readonly family: string;
  /** Member or function called with the span's name. */
  readonly calls: Readonly<Record<string, Arg>>;
  /** Macros whose first string is the span's name. */
  readonly macros?: Readonly<Record<string, true>>;
  /** Decorators or annotations, with the span's name; without one, the function's own name is the span's. */
  readonly decorators: Readonly<Record<string, Arg>>;
}

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
