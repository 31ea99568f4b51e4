import { before } from '../domain/cutText.ts';
import type { Confidence } from '../domain/attribution.ts';

/** A git revision that a release's version may mean. Free of anything that git would read as an option or a range. */
export interface RevisionGuess {
  /** For `git rev-parse --verify <revision>^{commit}`. */
  readonly revision: string;
  readonly confidence: Confidence;
  /** How it follows from the version, for the explanation. */
  readonly how: string;
  /** The resolved commit must begin with this: a branch or tag may be called like a commit. */
  readonly prefix?: string;
}

export interface VersionToCommit {
  /** `service.version`, as the telemetry has it. */
  readonly version: string;
  /** Service name without namespace: monorepos tag `<service>-<version>`. */
  readonly service: string;
  /** Commit that the telemetry or the deploy system names by itself. */
  readonly commit?: string;
  /** prodlens.json's `versionCommit`: one group, the commit or tag in a version. */
  readonly rule?: string;
}

const longestVersion = 200;
const tagName = /^[A-Za-z0-9](?:[A-Za-z0-9_+@/-]|\.(?!\.)){0,120}$/;

/**
 * Revisions to try, the surest first (shared design, telemetry.md §4): an explicit commit, a full hash, `git describe`'s output, a short
 * hash, tags. Dates and build numbers need a deploy system's help and are not guessed.
 */
export function revisionsOf(wanted: VersionToCommit): readonly RevisionGuess[] {
  const guesses: RevisionGuess[] = [];
  const told = wanted.commit?.toLowerCase();
  const commit = told !== undefined && /^[0-9a-f]{7,64}$/.test(told) ? told : undefined;
  if (commit !== undefined) guesses.push(hash(commit, 'exact', 'the telemetry names the commit'));
  const version = wanted.version.slice(0, longestVersion);
  const ruled = wanted.rule === undefined ? undefined : groupOf(wanted.rule, version);
  if (ruled !== undefined)
    guesses.push(...named(ruled, 'exact', 'by the rule versionCommit of prodlens.json'));
  // Digests of images are hashes, but of no commit.
  const text = version.replace(/@sha256:[0-9a-f]+/gi, '').replace(/^sha256:[0-9a-f]+$/i, '');
  const full = /(?:^|[^0-9a-f])([0-9a-f]{40})(?:$|[^0-9a-f])/i.exec(text)?.[1];
  if (full !== undefined)
    guesses.push(hash(full.toLowerCase(), 'exact', 'the version contains a full commit hash'));
  const described = /-\d+-g([0-9a-f]{7,40})(?:-dirty)?$/i.exec(text)?.[1];
  if (described !== undefined)
    guesses.push(
      hash(
        described.toLowerCase(),
        text.endsWith('-dirty') ? 'strong' : 'exact',
        'the version is an output of git describe',
      ),
    );
  for (const word of text.split(/[^0-9A-Za-z]+/))
    if (/^[0-9a-f]{7,39}$/.test(word) && /[a-f]/.test(word) && word !== described)
      guesses.push(hash(word, 'strong', 'the version contains an abbreviated commit hash'));
  // A commit that is named and isn't here can't be that of a tag that is; of a build of it, a tag says nothing.
  if (commit !== undefined || full !== undefined) return guesses;
  return [...guesses, ...tags(text, wanted.service, guesses.length > 0)];
}

/** Tags that are made for a version, in a repository of one service or of several. */
function tags(version: string, service: string, built: boolean): readonly RevisionGuess[] {
  if (version === '') return [];
  const bare = version.startsWith('v') ? version.slice(1) : version;
  const names = [version, `v${bare}`, bare];
  for (const one of [bare, `v${bare}`])
    if (service !== '')
      names.push(
        `${service}-${one}`,
        `${service}/${one}`,
        `${service}@${one}`,
        `${service}_${one}`,
      );
  names.push(`release-${bare}`, `release/${bare}`);
  const plain = before(bare, '+');
  if (plain !== bare && !built) names.push(`v${plain}`, plain);
  return [...new Set(names)]
    .filter((name) => tagName.test(name) && !name.endsWith('.lock') && !name.endsWith('/'))
    .map((name) => ({
      revision: `refs/tags/${name}`,
      confidence: 'exact',
      how: `the tag ${name}`,
    }));
}

const hash = (commit: string, confidence: Confidence, how: string): RevisionGuess => ({
  revision: commit,
  confidence,
  how,
  prefix: commit,
});

function named(text: string, confidence: Confidence, how: string): readonly RevisionGuess[] {
  if (/^[0-9a-f]{7,64}$/i.test(text)) return [hash(text.toLowerCase(), confidence, how)];
  return tagName.test(text) ? [{ revision: `refs/tags/${text}`, confidence, how }] : [];
}

/** prodlens.json was checked to hold a sound expression; a version is short, so it can't run long. */
function groupOf(rule: string, version: string): string | undefined {
  try {
    return new RegExp(rule).exec(version)?.[1];
  } catch {
    return undefined;
  }
}
