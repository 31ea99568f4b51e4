import type { Insight, StackErrors } from '../../domain/insight.ts';
import type { Comparison, FunctionStats } from '../../domain/stats.ts';
import type { WindowName } from '../../domain/units.ts';
import { windowLength } from '../../domain/units.ts';
import * as text from './numberText.ts';
import { isAbove } from './objectives.ts';
import { renderReleases, renderVersion, runningReleases } from './releaseText.ts';
import type { Fields, Template } from './template.ts';
import { renderTemplate } from './template.ts';
import { renderUntrusted } from './untrusted.ts';

/** Decides the colour: each has a theme colour of its own. */
export type Tone = 'regression' | 'attention' | 'steady' | 'stale';

export interface AnnotationSettings {
  readonly template: Template;
  readonly show: 'all' | 'attention' | 'current';
  readonly thresholds: { readonly p95Ms: number; readonly errorRatio: number };
  readonly window: WindowName;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Annotation {
  readonly text: string;
  readonly tone: Tone;
}

const tones: readonly Tone[] = ['regression', 'attention', 'steady', 'stale'];

/** Each with its own numbers; the hover lists all. */
const mostServices = 5;

/**
 * The annotation of one function from its insights (one per service), or nothing. Decided in docs: files without data show nothing,
 * so `notInstrumented`, `unknownService` and an unreachable backend without earlier numbers have no text.
 */
export function renderAnnotation(
  insights: readonly Insight[],
  settings: AnnotationSettings,
): Annotation | undefined {
  const parts = insights.flatMap((insight) => {
    const annotation = renderOne(insight, settings);
    if (annotation === undefined) return [];
    const attention = annotation.tone === 'regression' || annotation.tone === 'attention';
    return settings.show === 'attention' && !attention ? [] : [{ insight, annotation }];
  });
  const [first] = parts;
  if (first === undefined) return undefined;
  if (parts.length === 1) return first.annotation;
  const ordered = parts.sort((a, b) => weight(a.annotation) - weight(b.annotation));
  const shown = ordered.slice(0, mostServices).map(({ insight, annotation }) => {
    const service = renderUntrusted(insight.service ?? '', 40);
    return service === '' ? annotation.text : `${service}: ${annotation.text}`;
  });
  const others = parts.length - shown.length;
  const more = others > 0 ? ` ‖ +${others} ${others === 1 ? 'service' : 'services'}` : '';
  return { text: shown.join(' ‖ ') + more, tone: ordered[0]?.annotation.tone ?? 'steady' };
}

const weight = (annotation: Annotation): number => tones.indexOf(annotation.tone);

function renderOne(insight: Insight, settings: AnnotationSettings): Annotation | undefined {
  const env = insight.production ? '' : renderUntrusted(insight.environment, 30);
  const withEnv = (sentence: string): string => (env === '' ? sentence : `${env} · ${sentence}`);
  if (insight.drift === 'notInRelease') {
    const running = (
      insight.notIn ?? runningReleases(insight.numbers).map(({ version }) => version)
    ).map(renderVersion);
    const where = running.length === 0 ? 'a running release' : running.slice(0, 3).join(', ');
    return { text: withEnv(`not in ${where} yet`), tone: 'stale' };
  }
  if (insight.state === 'ambiguous') {
    const owners = insight.candidates?.length ?? 0;
    if (owners < 2) return undefined;
    return { text: withEnv(`${owners} functions could own this telemetry`), tone: 'stale' };
  }
  const sample = insight.numbers?.sample;
  if (insight.state === 'noTraffic' && sample !== undefined)
    return {
      text: withEnv(
        `not in ${text.renderCount(sample.traces)} ${sample.counted === undefined ? 'sampled traces' : 'kept requests'}`,
      ),
      tone: 'stale',
    };
  if (insight.state === 'noTraffic')
    return { text: withEnv(`no calls in ${windowText(insight, settings)}`), tone: 'stale' };
  const total = insight.numbers?.total;
  // An unreachable backend keeps its last good numbers, marked stale with their age; without numbers nothing is said here.
  if (total === undefined || (insight.state !== 'observed' && insight.stale !== true))
    return undefined;
  const fields = fieldsOf(insight, total, env, settings);
  if (insight.errors !== undefined) return ofStacks(insight, insight.errors, fields);
  const regression = worstRegression(insight);
  if (regression !== undefined)
    return {
      text: withEnv(
        [
          `▲ ${renderRegression(insight, regression)}`,
          ...[fields.drift, fields.age].filter((part) => part !== ''),
        ].join(' · '),
      ),
      tone: 'regression',
    };
  const line = renderTemplate(settings.template, fields);
  if (line === '') return undefined;
  if (insight.stale === true) return { text: line, tone: 'stale' };
  // What is stated of the function replaces the settings' thresholds, each for itself.
  const limits = { ...settings.thresholds, ...insight.objective };
  return { text: line, tone: isAbove(total, limits) ? 'attention' : 'steady' };
}

/** A function of no span's: how many errors, and never a part of calls that nobody counted. */
function ofStacks(insight: Insight, errors: StackErrors, fields: Fields): Annotation {
  const least = insight.numbers?.total?.lowerBound === true ? '≥ ' : '';
  const counted = (count: number): string =>
    `${least}${text.renderCount(count)} ${count === 1 ? 'error' : 'errors'}`;
  const { thrown, passing, releases } = errors;
  const versions = releases.map(({ version }) => renderVersion(version));
  const more = versions.length > 2 ? ` +${versions.length - 2}` : '';
  const parts = [
    fields.env,
    thrown > 0 ? `${counted(thrown)} thrown here` : '',
    passing > 0 ? `${counted(passing)} passed through` : '',
    versions.slice(0, 2).join(' ') + more,
    fields.drift,
    fields.age,
  ];
  return {
    text: parts.filter((part) => part !== '').join(' · '),
    tone: insight.stale === true ? 'stale' : thrown > 0 ? 'attention' : 'steady',
  };
}

const windowText = (insight: Insight, settings: AnnotationSettings): string =>
  shortWindow(insight, settings) ?? `the last ${text.renderWindow(settings.window)}`;

/** Where under 90 % of the window is covered: how much is. */
function shortWindow(insight: Insight, settings: AnnotationSettings): string | undefined {
  const window = insight.numbers?.window;
  if (window === undefined) return undefined;
  const covered = window.to - window.from;
  return covered > 0 && covered < 0.9 * windowLength(settings.window)
    ? `last ${text.renderAge(covered)}`
    : undefined;
}

function fieldsOf(
  insight: Insight,
  total: FunctionStats,
  env: string,
  settings: AnnotationSettings,
): Fields {
  const least = total.lowerBound === true ? '≥ ' : '';
  const { errorRatio, perSecond, count } = total;
  const counted = insight.numbers?.sample?.counted !== undefined;
  const observedAt = insight.numbers?.observedAt;
  const stale =
    observedAt === undefined ? 'stale' : `${text.renderAge(settings.now - observedAt)} old`;
  return {
    p50: text.renderQuantile(total.p50Ms),
    p95: text.renderQuantile(total.p95Ms),
    p99: text.renderQuantile(total.p99Ms),
    // No errors among calls of which the first were missed is not known to be none.
    errors:
      errorRatio === undefined || (least !== '' && errorRatio === 0)
        ? ''
        : least + text.renderRatio(errorRatio),
    rate:
      total.basis === 'sample'
        ? count === undefined
          ? 'a sample'
          : counted
            ? `${text.renderCount(count)} kept`
            : `sample of ${text.renderCount(count)}`
        : perSecond === undefined
          ? ''
          : least + text.renderRate(perSecond),
    count: count === undefined ? '' : least + text.renderCount(count),
    releases: renderReleases(insight.numbers),
    drift: insight.drift === 'edited' ? 'edited' : '',
    age: insight.stale === true ? stale : (shortWindow(insight, settings) ?? ''),
    env,
  };
}

/** Before and after a full rollout is not the same time: such a comparison never colours alone. */
export const worstRegression = (insight: Insight): Comparison | undefined =>
  insight.numbers?.comparisons.find(
    ({ verdict, basis, release }) =>
      verdict === 'worse' &&
      basis === 'concurrent' &&
      runningReleases(insight.numbers).some(({ version }) => version === release),
  );

function renderRegression(insight: Insight, comparison: Comparison): string {
  const release = runningReleases(insight.numbers).find(
    ({ version }) => version === comparison.release,
  );
  const share = release?.share === undefined ? '' : ` (${text.renderRatio(release.share)})`;
  const where = `in ${renderVersion(comparison.release)}${share}`;
  const worse = (metric: 'p95' | 'errors') =>
    comparison.findings.find((f) => f.metric === metric && f.verdict === 'worse');
  const [latency, errors] = [worse('p95'), worse('errors')];
  const ratio = errors?.to ?? release?.stats.errorRatio;
  if (latency !== undefined) {
    const failing = ratio === undefined || ratio === 0 ? '' : ` · ${text.renderRatio(ratio)} err`;
    return `p95 ${text.renderDurationChange(latency.from, latency.to)} ${where}${failing}`;
  }
  const p95 = text.renderQuantile(release?.stats.p95Ms);
  const change =
    errors === undefined ? 'worse' : `${text.renderRatioChange(errors.from, errors.to)} err`;
  return `${change} ${where}${p95 === '' ? '' : ` · p95 ${p95}`}`;
}
