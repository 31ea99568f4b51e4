import type { Insight } from '../../domain/insight.ts';
import type {
  Comparison,
  ExceptionGroup,
  FunctionNumbers,
  ReleaseNumbers,
} from '../../domain/stats.ts';
import type { WindowName } from '../../domain/units.ts';
import { windowLength } from '../../domain/units.ts';
import { worstRegression } from './annotation.ts';
import * as text from './numberText.ts';
import { judgeObjectives } from './objectives.ts';
import { renderVersion } from './releaseText.ts';
import { statCells } from './statCells.ts';
import { none, renderStackErrors, tableRow } from './stackErrorTable.ts';
import type { ThemeKind } from './sparkline.ts';
import { renderSparkline } from './sparkline.ts';
import { renderUntrustedMarkdown as md } from './untrusted.ts';

export interface HoverSettings {
  readonly window: WindowName;
  readonly theme: ThemeKind;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A deploy target is configured for the function's service: only then is a rollback offered. */
  readonly canRollBack: boolean;
  /** Where an exception's frames are in the workspace, and the address that opens the place; checked by the asker. */
  readonly sources: ReadonlyMap<ExceptionGroup, SourceLink>;
  /** Where the numbers' queries are seen in a browser; of a configured backend, checked by the asker. */
  readonly page?: { readonly title: string; readonly url: string };
}

/** A place in the workspace. */
export interface SourceLink {
  /** `api/routes/orders.js:26` */
  readonly place: string;
  /** `file:` address with the line as its fragment. */
  readonly address: string;
}

export type HoverCommand =
  | 'prodlens.openTraces'
  | 'prodlens.explain'
  | 'prodlens.isMyChangeLive'
  | 'prodlens.chooseOwner'
  | 'prodlens.rollBack';

/** Whether there is something to show of a function in a service. */
export function hasCard({ state, numbers }: Insight): boolean {
  if (state === 'notInstrumented' || state === 'unknownService') return false;
  return state !== 'unreachable' || numbers?.total !== undefined || numbers?.problem !== undefined;
}

/** The card as Markdown without HTML, or nothing where there is no data. All text of telemetry in it is escaped and cut. */
export function renderHoverCard(insight: Insight, settings: HoverSettings): string | undefined {
  if (!hasCard(insight)) return undefined;
  // VS Code shows about 250 pixels before one has to scroll: what is acted on comes first.
  const sections = [
    title(insight, settings),
    state(insight, settings.now),
    sampled(insight, settings.window),
    verdict(insight),
    objectives(insight),
    table(insight, settings.now),
    links(insight, settings),
    picture(insight, settings),
    exceptions(insight, settings),
    candidates(insight),
    extras(insight),
    provenance(insight),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function title(insight: Insight, settings: HoverSettings): string {
  const { numbers } = insight;
  const covered = numbers === undefined ? 0 : numbers.window.to - numbers.window.from;
  const whole = covered === 0 || covered >= 0.9 * windowLength(settings.window);
  const age = numbers?.observedAt === undefined ? undefined : settings.now - numbers.observedAt;
  const old = age === undefined ? [] : [`${text.renderAge(age)} old`];
  return [
    `**${md(insight.function.name, 120)}**`,
    ...(insight.service === undefined ? [] : [md(insight.service, 80)]),
    `${md(insight.environment, 40)}${insight.production && insight.environment !== 'production' ? ' (production)' : ''}`,
    whole
      ? `last ${text.renderWindow(settings.window)}`
      : `last ${text.renderAge(covered)} of ${text.renderWindow(settings.window)}`,
    ...old,
  ].join(' · ');
}

function state(insight: Insight, now: number): string {
  const lines: string[] = [];
  const since = insight.numbers?.silentSince;
  if (insight.stale === true)
    lines.push(
      insight.reason !== undefined
        ? '$(warning) These are the last good numbers.'
        : `$(warning) No telemetry of this service${since === undefined ? '' : ` ${text.renderSince(since, now)}`}.`,
    );
  if (insight.state === 'noTraffic')
    lines.push(`${noCall(insight.numbers?.sample)}; the service itself is alive.`);
  if (insight.state === 'ambiguous')
    lines.push(
      '$(question) Several functions could own this telemetry: no number is shown for any.',
    );
  if (insight.drift === 'edited')
    lines.push('$(edit) Edited: differs from the source of the running release.');
  if (insight.drift === 'notInRelease') lines.push('Not in any running release yet.');
  if (insight.reason !== undefined) lines.push(md(insight.reason, 300));
  return lines.join('  \n');
}

function noCall(sample: FunctionNumbers['sample']): string {
  if (sample === undefined) return 'No calls of this function in the window';
  return sample.counted === undefined
    ? 'No call of this function among the traces that were looked at'
    : `No call of this function among all requests that ${md(sample.backend, 40)} keeps traces of, but for the newest minutes`;
}

/** What the numbers of a sample are worth, before the numbers. */
function sampled({ numbers }: Insight, window: WindowName): string {
  if (numbers?.sample === undefined) return '';
  const { traces, covered, lacking, backend, counted } = numbers.sample;
  if (counted !== undefined)
    return `$(beaker) Of the **traces that ${md(backend, 40)} keeps**, all counted (${md(counted, 40)}): what wasn’t kept can’t be known, so no totals, no rates of traffic. The newest minutes aren’t in yet.`;
  const whole = covered >= 0.9 * (numbers.window.to - numbers.window.from);
  const part = whole
    ? lacking === true
      ? 'all that are stored, but for what is too large to be had'
      : 'all that are stored'
    : `covering ${text.renderAge(covered)} of ${text.renderWindow(window)}`;
  return `$(beaker) From **${text.renderCount(traces)} sampled traces** in ${md(backend, 40)} (${part}): no totals, no rates of traffic.`;
}

function verdict(insight: Insight): string {
  const worse = worstRegression(insight);
  if (worse === undefined) return '';
  const found = worse.findings.filter((finding) => finding.verdict === 'worse');
  const changes = found.map((finding) =>
    finding.metric === 'p95'
      ? `p95 of successful calls ${text.renderDurationChange(finding.from, finding.to)}`
      : `errors ${text.renderRatioChange(finding.from, finding.to)}`,
  );
  const [first] = found;
  // Latency is judged on successful calls only: the sizes may differ, the larger ones are those of all calls.
  const largest = found.reduce((most, f) => (f.calls > (most?.calls ?? 0) ? f : most), first);
  const calls =
    largest === undefined
      ? ''
      : ` (${text.renderCount(largest.calls)} calls against ${text.renderCount(largest.baselineCalls)})`;
  // The table counts every call of the window: its p95 may differ from what was compared.
  return `**▲ ${md(renderVersion(worse.release))} is worse than ${md(renderVersion(worse.baseline))}** while both ran · ${changes.join(' · ')}${calls}`;
}

const objectives = (insight: Insight): string =>
  judgeObjectives(insight)
    .map((judged) => (judged.missed ? `$(warning) **${judged.text}**` : judged.text))
    .join(' · ');

function table(insight: Insight, now: number): string {
  const numbers = insight.numbers;
  if (insight.errors !== undefined)
    return renderStackErrors(insight, insight.errors, (release) => releaseName(release, now));
  if (numbers === undefined || (numbers.releases.length === 0 && numbers.total === undefined))
    return '';
  const running = numbers.releases
    .filter((release) => release.running)
    .sort((a, b) => (b.share ?? -1) - (a.share ?? -1));
  const past = numbers.releases
    .filter((release) => !release.running)
    .sort((a, b) => (b.lastSeen ?? 0) - (a.lastSeen ?? 0));
  const compared = numbers.comparisons.length > 0;
  const calls = numbers.sample === undefined ? 'calls/s' : 'calls';
  const head = ['release', 'share', calls, 'p50', 'p95', 'p99', 'errors'];
  const lines = [
    tableRow([...head, ...(compared ? ['change'] : [])]),
    `| :-- |${' --: |'.repeat(6)}${compared ? ' :-- |' : ''}`,
    ...running.map((release) =>
      tableRow([
        releaseName(release, now),
        release.share === undefined ? none : text.renderRatio(release.share),
        ...statCells(release.stats, comparisonOf(insight, release)),
        ...(compared ? [change(insight, release)] : []),
      ]),
    ),
    // Muted without HTML: italics, and no share.
    ...past.slice(0, 3).map((release) => {
      const ended =
        release.lastSeen === undefined
          ? ''
          : ` ${release.stats.basis === 'sample' ? 'last sampled' : 'ended'} ${text.renderMoment(release.lastSeen, now)}`;
      const cells = statCells(release.stats, undefined, false).map((cell) =>
        cell === none ? cell : `_${cell}_`,
      );
      return tableRow([
        `_${md(renderVersion(release.version))}${ended}_`,
        '',
        ...cells,
        ...(compared ? [''] : []),
      ]);
    }),
  ];
  if (numbers.releases.length === 0 && numbers.total !== undefined)
    lines.push(
      tableRow(['all', none, ...statCells(numbers.total, undefined), ...(compared ? [''] : [])]),
    );
  const older = (numbers.olderReleases ?? 0) + Math.max(0, past.length - 3);
  return (
    lines.join('\n') +
    (older > 0 ? `\n\n_${older} older ${older === 1 ? 'release' : 'releases'}_` : '')
  );
}

function releaseName(release: ReleaseNumbers, now: number): string {
  const commit =
    release.commit !== undefined && /^[0-9a-f]{7,64}$/i.test(release.commit)
      ? ` \`${release.commit.slice(0, 7)}\``
      : '';
  const since =
    release.firstSeen === undefined || release.stats.basis === 'sample'
      ? ''
      : ` ${text.renderSince(release.firstSeen, now)}`;
  return `${md(renderVersion(release.version))}${commit}${since}`;
}

const comparisonOf = (insight: Insight, release: ReleaseNumbers): Comparison | undefined =>
  insight.numbers?.comparisons.find((comparison) => comparison.release === release.version);

function change(insight: Insight, release: ReleaseNumbers): string {
  const comparison = comparisonOf(insight, release);
  if (comparison === undefined)
    return insight.numbers?.comparisons.some((c) => c.baseline === release.version) === true
      ? 'baseline'
      : '';
  const labels = {
    worse: 'worse',
    better: 'better',
    same: 'same',
    tooFew: 'too few calls to tell',
  };
  const basis = comparison.basis === 'beforeAfter' ? ' (before/after)' : '';
  return `${labels[comparison.verdict]}${basis}`;
}

function picture(insight: Insight, settings: HoverSettings): string {
  if (insight.numbers === undefined) return '';
  const sparkline = renderSparkline(insight.numbers, settings.theme);
  if (sparkline === undefined) return '';
  const data = Buffer.from(sparkline.svg, 'utf8').toString('base64');
  return `![${md(sparkline.description)}](data:image/svg+xml;base64,${data}|width=460,height=56)`;
}

function extras(insight: Insight): string {
  const { numbers } = insight;
  if (numbers === undefined) return '';
  const { total, refused, callsOut } = numbers;
  const parts: string[] = [];
  if (total?.count !== undefined)
    parts.push(
      `${total.lowerBound === true ? 'at least ' : ''}${text.renderCount(total.count)} ${total.basis === 'sample' ? 'sampled ' : ''}calls`,
    );
  if (total?.clientErrors !== undefined && total.clientErrors > 0)
    parts.push(`${text.renderCount(total.clientErrors)} client errors (4xx)`);
  if (refused !== undefined && refused > 0)
    parts.push(`${text.renderCount(refused)} refused before the body`);
  if (callsOut?.count !== undefined && callsOut.count > 0) {
    const p95 = text.renderQuantile(callsOut.p95Ms);
    const failing =
      callsOut.errorRatio === undefined || callsOut.errorRatio === 0
        ? ''
        : `, ${text.renderRatio(callsOut.errorRatio)} err`;
    parts.push(
      `${callsOut.basis === 'sample' ? 'sampled ' : ''}calls out: ${text.renderCount(callsOut.count)}${p95 === '' ? '' : `, p95 ${p95}`}${failing}`,
    );
  }
  return parts.join(' · ');
}

function exceptions(insight: Insight, { now, sources }: HoverSettings): string {
  const groups = [...(insight.numbers?.exceptions ?? [])].sort((a, b) => b.count - a.count);
  if (groups.length === 0) return '';
  const lines = groups.slice(0, 3).map((group) => {
    const place = placeOf(group, sources.get(group));
    const releases = group.releases.slice(0, 2).map((version) => md(renderVersion(version)));
    const where = releases.length === 0 ? '' : ` · ${releases.join(', ')}`;
    const message = group.messageShape === '' ? '' : `: ${md(group.messageShape, 120)}`;
    return `- ${text.renderCount(group.count)} × **${md(group.type, 80)}**${message}${place}${where} · ${text.renderAge(now - group.lastSeen)} ago`;
  });
  const more = groups.length > 3 ? [`- and ${groups.length - 3} more kinds`] : [];
  const title = insight.numbers?.sample === undefined ? 'Top errors' : 'Errors in the sample';
  return [title, '', ...lines, ...more].join('\n');
}

/** The line in the workspace as a link; else what the stack trace says, as text. */
function placeOf({ frames }: ExceptionGroup, source: SourceLink | undefined): string {
  if (source !== undefined) return ` — [${md(source.place, 80)}](${source.address})`;
  const [frame] = frames;
  if (frame === undefined) return '';
  const name = frame.filePath.split(/[\\/]/).slice(-2).join('/');
  return ` — ${md(name, 80)}${frame.line === undefined ? '' : `:${frame.line}`}`;
}

function candidates(insight: Insight): string {
  const owners = insight.candidates ?? [];
  if (insight.state !== 'ambiguous' || owners.length === 0) return '';
  const lines = owners.slice(0, 5).map(({ name, path, declarationLine }) => {
    const file = path.split(/[\\/]/).slice(-2).join('/');
    return `- ${md(name, 80)} — ${md(file, 80)}:${declarationLine + 1}`;
  });
  const more = owners.length > 5 ? [`- and ${owners.length - 5} more`] : [];
  return [...lines, ...more].join('\n');
}

function links(insight: Insight, { canRollBack, page }: HoverSettings): string {
  const { numbers } = insight;
  const link = (label: string, command: HoverCommand, kind?: string): string => {
    const argument = [{ insight: insight.id, ...(kind === undefined ? {} : { kind }) }];
    return `[${label}](command:${command}?${encodeURIComponent(JSON.stringify(argument))})`;
  };
  const seen = numbers?.total?.count !== undefined && numbers.total.count > 0;
  const failed = (numbers?.total?.errors ?? 0) > 0 || (numbers?.exceptions.length ?? 0) > 0;
  const running = numbers?.releases.some((r) => r.running && r.commit !== undefined) === true;
  const offerRollback = canRollBack && (numbers?.releases.length ?? 0) > 0;
  return [
    ...(seen ? [link('$(search) Slowest trace', 'prodlens.openTraces', 'slow')] : []),
    ...(failed ? [link('$(error) A failing trace', 'prodlens.openTraces', 'failed')] : []),
    ...(seen ? [link('$(list-flat) All traces', 'prodlens.openTraces', 'recent')] : []),
    ...(insight.state === 'ambiguous'
      ? [link('$(checklist) Choose owner…', 'prodlens.chooseOwner')]
      : []),
    link('$(info) Explain', 'prodlens.explain'),
    ...(page === undefined ? [] : [pageLink(page)]),
    ...(running ? [link('$(git-commit) Is my change live?', 'prodlens.isMyChangeLive')] : []),
    ...(offerRollback ? [link('$(discard) Roll back…', 'prodlens.rollBack')] : []),
  ].join(' · ');
}

/** No command: an address of the web, which VS Code opens after it asked. */
const pageLink = ({ title, url }: NonNullable<HoverSettings['page']>): string =>
  // What would end the link is the same address in its escaped form.
  `[$(link-external) Queries in ${md(title, 40)}](${url.replace(/[()<>\s\\]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)})`;

function provenance(insight: Insight): string {
  const [first] = insight.attribution;
  if (first === undefined) return '';
  const more = insight.attribution.length - 1;
  const source = insight.numbers?.total?.source;
  return `_Why this function: ${md(first.explanation, 240)} (${md(first.telemetry, 120)}; ${first.confidence}${source === undefined ? '' : `; ${md(source, 80)}`}${more > 0 ? `; and ${more} more operations` : ''})_`;
}
