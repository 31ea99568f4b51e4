import type { FunctionStats, ReleaseNumbers } from '../../domain/stats.ts';
import type { RollbackCandidate } from '../../rollback/candidates.ts';
import type { RollbackPreview } from '../../rollback/flow.ts';
import type { JournalEntry } from '../../rollback/ports.ts';
import { renderAge, renderCount, renderQuantile, renderRatio } from './numberText.ts';
import { renderUntrusted, renderUntrustedLabel } from './untrusted.ts';
import { visibleText } from './waterfallText.ts';

/**
 * A row of the release picker: what it is, and how it did while it was live.
 *
 * @param subject name of the function whose numbers they are; undefined: no function led here, so nothing is known of any
 */
export function candidateRow(
  candidate: RollbackCandidate,
  now: number,
  subject: string | undefined,
): { readonly label: string; readonly description: string; readonly detail: string } {
  const { release, numbers, badges } = candidate;
  const names = { running: 'running', previous: 'previous', rolledBackFrom: 'was rolled back' };
  const facts = [
    release.commit === undefined ? undefined : release.commit.slice(0, 7),
    release.createdAt === undefined ? undefined : `${renderAge(now - release.createdAt)} old`,
    `${renderRatio(release.weight)} of traffic`,
    ...badges.map((badge) => names[badge]),
  ];
  return {
    label: renderUntrustedLabel(release.version || release.id, 80),
    description: renderUntrustedLabel(facts.filter((fact) => fact !== undefined).join(' · '), 200),
    detail: renderUntrustedLabel(
      subject === undefined
        ? ''
        : numbers === undefined
          ? `no telemetry of ${subject} for this release in the window`
          : `${subject} ${release.weight > 0 ? 'so far' : 'while it was live'}: ${renderStats(numbers.stats)}`,
      200,
    ),
  };
}

function renderStats(stats: FunctionStats): string {
  const parts = [
    stats.p95Ms === undefined ? undefined : `p95 ${renderQuantile(stats.p95Ms)}`,
    stats.errorRatio === undefined ? undefined : `${renderRatio(stats.errorRatio)} errors`,
    stats.count === undefined
      ? undefined
      : `${renderCount(stats.count)} ${stats.count === 1 ? 'call' : 'calls'}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'no numbers' : parts.join(' · ');
}

/** The preview as a Markdown document: what changes, what is run, what lies between the two in the source. */
export function previewDocument(preview: RollbackPreview): string {
  const { request, candidate, subject, fromNumbers } = preview;
  const { target, from, to } = request;
  const numbersOf = (numbers: ReleaseNumbers | undefined): string =>
    numbers === undefined ? 'no telemetry in the window' : renderStats(numbers.stats);
  const sections = [
    `# Roll back ${inline(target.name)}`,
    'A preview: nothing is changed before you confirm. What was done since is in the rollback journal.',
    [
      '| | leave | go to |',
      '| --- | --- | --- |',
      `| release | ${inline(from.version)} | ${inline(to.version)} |`,
      `| id | ${inline(from.id)} | ${inline(to.id)} |`,
      `| commit | ${inline(from.commit ?? 'unknown')} | ${inline(to.commit ?? 'unknown')} |`,
      `| traffic | ${renderRatio(from.weight)} | ${renderRatio(to.weight)} |`,
      ...(subject === undefined
        ? []
        : [
            `| ${inline(subject)} while live | ${numbersOf(fromNumbers)} | ${numbersOf(candidate.numbers)} |`,
          ]),
    ].join('\n'),
    `## What will be run\n\n${fenced(preview.argv.map(quoted).join(' '))}`,
    `## What the deploy system says\n\n${preview.providerText.trim() === '' ? 'It offers no preview.' : fenced(renderLines(preview.providerText))}`,
    `## Between the two releases\n\n${preview.sourceText.trim() === '' ? 'The repository does not know both commits.' : fenced(renderLines(preview.sourceText))}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The modal: environment, target, from → to, argv. */
export function confirmationText(
  preview: RollbackPreview,
  reason: string,
): { readonly message: string; readonly detail: string; readonly action: string } {
  const { target, from, to } = preview.request;
  const version = renderUntrusted(to.version || to.id, 60);
  return {
    message: `Roll ${renderUntrusted(target.name, 100)} back from ${renderUntrusted(from.version || from.id, 60)} to ${version}?`,
    detail: [
      `Environment: ${renderUntrusted(target.environment, 60)}${target.production ? ' (production)' : ''}`,
      `Service: ${renderUntrusted(target.service, 100)}`,
      `Traffic now: ${renderRatio(from.weight)} on the release to leave, ${renderRatio(to.weight)} on the one to go to`,
      `Runs: ${renderUntrusted(preview.argvWith(reason).map(quoted).join(' '), 1_000)}`,
      ...(reason === '' ? [] : [`Reason: ${renderUntrusted(reason, 300)}`]),
    ].join('\n'),
    action: `Roll Back to ${version}`,
  };
}

/** The journal as a Markdown document, newest first. */
export function journalDocument(entries: readonly JournalEntry[], unreadable: number): string {
  const rows = [...entries].reverse().map((e) => {
    const cells = [
      new Date(e.at).toISOString().replace('T', ' ').slice(0, 19),
      e.event,
      e.environment,
      e.target,
      `${e.from ?? '?'} → ${e.to ?? '?'}`,
      e.reason ?? '',
      e.user ?? '',
      e.detail ?? '',
    ];
    return `| ${cells.map(inline).join(' | ')} |`;
  });
  return [
    '# Rollback journal',
    '',
    entries.length === 0
      ? 'No rollback was started from this machine.'
      : [
          '| time (UTC) | event | environment | target | from → to | reason | who | detail |',
          '| --- | --- | --- | --- | --- | --- | --- | --- |',
          ...rows,
        ].join('\n'),
    ...(unreadable === 0
      ? []
      : ['', `${unreadable} lines of the journal can't be read; they are kept.`]),
    '',
  ].join('\n');
}

/** For reading only: how a shell would want the word. */
const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

const renderLines = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .slice(0, 200)
    .map((line) => visibleText(line, 300))
    .join('\n');

/** A fence that the text can't close. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

/** Text in a table cell: as written, without a meaning in Markdown. */
const inline = (text: string): string =>
  renderUntrusted(text, 300).replace(/[\\`*_{}[\]()#+!|<>&~]/g, (c) => `\\${c}`);
