import type { Change, LiveRow } from '../../domain/change.ts';
import { renderRatio } from './numberText.ts';
import { renderVersion } from './releaseText.ts';
import { renderUntrustedLabel } from './untrusted.ts';

export interface LiveText {
  /** One line: the answer. */
  readonly title: string;
  readonly rows: readonly {
    readonly label: string;
    readonly description: string;
    readonly detail?: string;
  }[];
}

/** The answer to "is my change live?" as a person reads it. */
export function renderLive(what: string, change: Change, rows: readonly LiveRow[]): LiveText {
  const subject =
    change.commit === undefined
      ? ''
      : ` (${change.commit.slice(0, 7)} ${renderUntrustedLabel(change.subject, 60)})`;
  return {
    title: `${renderUntrustedLabel(what, 80)}${subject}: ${answer(change, rows)}`,
    rows: rows.map(row),
  };
}

function answer(change: Change, rows: readonly LiveRow[]): string {
  if (change.commit === undefined) return 'not committed yet, so live nowhere';
  const edits = change.uncommitted ? '; later edits are not committed yet' : '';
  if (rows.length === 0) return `no running release is known${edits}`;
  const having = rows.filter((r) => r.contains === 'yes');
  const unknown = rows.filter((r) => r.contains === 'unknown').length;
  const some =
    having.length === 0
      ? unknown === rows.length
        ? 'can’t be told'
        : 'not live'
      : having.length === rows.length
        ? 'live in every running release'
        : `live in ${having.length} of ${rows.length} running releases`;
  const shares = having.map((r) => r.share);
  const services = new Set(rows.map((r) => r.service));
  // Shares are of one service's traffic: over several there is no sum.
  const share =
    having.length > 0 &&
    having.length < rows.length &&
    services.size === 1 &&
    shares.every((s) => s !== undefined)
      ? `, ${renderRatio(shares.reduce<number>((sum, s) => sum + s, 0))} of the traffic`
      : '';
  const open = unknown > 0 && unknown < rows.length ? `; ${unknown} can’t be told` : '';
  const guesses = rows.filter((r) => r.guessed !== undefined && r.contains !== 'unknown').length;
  const guessed = guesses > 0 ? `; ${guesses} by a guess` : '';
  return some + share + open + guessed + edits;
}

const icons = { yes: '$(check)', no: '$(close)', unknown: '$(question)' } as const;
const words = {
  yes: 'contains it',
  no: 'doesn’t contain it',
  unknown: 'can’t be told',
} as const;

function row(release: LiveRow): LiveText['rows'][number] {
  const { service, version, share, commit, contains, guessed } = release;
  const word =
    guessed !== undefined && contains !== 'unknown'
      ? `probably ${words[contains]}`
      : words[contains];
  const part = share === undefined ? '' : `${renderRatio(share)} of `;
  const at = commit === undefined || contains === 'unknown' ? '' : ` · ${commit.slice(0, 7)}`;
  return {
    label: `${icons[contains]} ${renderUntrustedLabel(renderVersion(version), 60)} ${word}`,
    description: `${part}${renderUntrustedLabel(service, 60)}${at}`,
    ...(guessed !== undefined
      ? { detail: `A guess: ${guessed}.` }
      : contains === 'unknown'
        ? {
            detail:
              'No commit of this repository is known for the version: fetch its tags, or say in prodlens.json ("versionCommit") where a version names its commit.',
          }
        : {}),
  };
}
