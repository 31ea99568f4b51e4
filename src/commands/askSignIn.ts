import * as vscode from 'vscode';
import { decodeConnection } from '../config/schemaConnection.ts';
import type { AuthSettings, SignInSettings } from '../config/schemaSignIn.ts';
import type { Failure } from '../domain/result.ts';
import type { Approvals } from '../platform/approvals.ts';
import { destinationOf, secretsOf } from '../platform/secrets.ts';
import { renderUntrustedLabel } from '../presentation/viewModels/untrusted.ts';
import { askClientCertificate, askFile } from './askCertificates.ts';
import { askSecret } from './askSecret.ts';
import type { ConnectDraft } from './connectDraft.ts';
import { connectTitle } from './connectSteps.ts';

export interface AskSignInContext {
  readonly approvals: Pick<Approvals, 'approveTokenProgram'>;
}

interface Way extends vscode.QuickPickItem {
  /** What the connection has then; undefined: given up. */
  readonly ask: () => Promise<SignInSettings | undefined>;
}

/** Whether a person can give something so that what failed works. */
export const canBeGiven = ({ reason, needs }: Failure): boolean =>
  reason === 'refused' || needs !== undefined;

/**
 * Asks how to sign in after a failure, and puts what is given into the draft. What was given before stays, unless it is replaced by its own
 * kind. False: given up.
 */
export async function askSignIn(
  draft: ConnectDraft,
  failure: Failure,
  context: AskSignInContext,
): Promise<boolean> {
  if (failure.needs === 'passphrase') return askPassphrase(draft);
  const picked = await vscode.window.showQuickPick(waysOf(draft, failure, context), {
    title: connectTitle(),
    placeHolder: placeHolderOf(draft, failure),
    ignoreFocusOut: true,
  });
  const settings = await picked?.ask();
  if (settings === undefined) return false;
  draft.settings = settings;
  for (const place of secretsOf(draft.connection)) {
    if (!asksFor(place.what, settings, picked)) continue;
    const secret = await askSecret(connectTitle(), draft.origin, place.what);
    if (secret === undefined) return false;
    await draft.secrets.keep(place, secret);
  }
  return true;
}

/** Of the client certificate that was chosen; again when it was mistyped. False: given up. */
async function askPassphrase(draft: ConnectDraft): Promise<boolean> {
  const wrong = draft.settings.tls?.passphrase === true;
  draft.settings = { ...draft.settings, tls: { ...draft.settings.tls, passphrase: true } };
  const place = secretsOf(draft.connection).find(({ what }) => what.type === 'passphrase');
  if (place === undefined) return false;
  const before = wrong ? vscode.l10n.t('That passphrase was wrong.') : undefined;
  const secret = await askSecret(connectTitle(), draft.origin, place.what, before);
  if (secret === undefined) return false;
  await draft.secrets.keep(place, secret);
  return true;
}

/** Those whose secret goes with what was just picked; what was given before isn't asked for again. */
const asksFor = (
  what: ReturnType<typeof secretsOf>[number]['what'],
  { auth, secretHeaders = [] }: SignInSettings,
  picked: (Way & { readonly of?: string }) | undefined,
): boolean => {
  switch (picked?.of) {
    case 'auth':
      return what.type === 'password' || what.type === 'token';
    case 'header':
      return (
        what.type === 'header' &&
        what.name === (secretHeaders.at(-1) ?? (auth.type === 'header' ? auth.name : ''))
      );
    default:
      return false;
  }
};

function placeHolderOf({ settings, origin }: ConnectDraft, failure: Failure): string {
  const first = settings.auth.type === 'none' && settings.headers === undefined;
  return first && failure.needs === undefined && failure.message.startsWith(origin)
    ? vscode.l10n.t('{0} wants credentials. How do you sign in?', origin)
    : renderUntrustedLabel(failure.message, 300);
}

function waysOf(
  draft: ConnectDraft,
  failure: Failure,
  { approvals }: AskSignInContext,
): readonly (Way & { readonly of?: string })[] {
  const { settings, origin } = draft;
  const { message, remedy } = failure;
  // A file that was chosen and isn't right; for one that isn't there the remedy is of a setting.
  const unusable = ['invalid', 'unsupported'].includes(failure.reason) && remedy !== undefined;
  const ofFile = failure.needs !== undefined && unusable ? { detail: remedy } : {};
  const certificate = {
    label: vscode.l10n.t('Client certificate…'),
    description: vscode.l10n.t('a PEM or PFX file'),
    ...ofFile,
    ask: () => askClientCertificate(settings),
  };
  if (failure.needs === 'clientCertificate') return [certificate];
  if (failure.needs === 'authority')
    return [
      {
        label: vscode.l10n.t('Certificate authority…'),
        description: vscode.l10n.t('a PEM file; this connection trusts it alone'),
        ...ofFile,
        ask: async () => {
          const caFile = await askFile(vscode.l10n.t('Certificate authority (PEM)'));
          return caFile === undefined
            ? undefined
            : { ...settings, tls: { ...settings.tls, caFile } };
        },
      },
    ];
  // A program that was recognised says what it wants; a status alone doesn't.
  const hint = message.startsWith(origin) || remedy === undefined ? {} : { detail: remedy };
  const withAuth = (auth: AuthSettings | undefined) => auth && withWay(settings, auth);
  return [
    {
      label: vscode.l10n.t('Bearer token'),
      ...hint,
      of: 'auth',
      ask: () => Promise.resolve(withAuth({ type: 'bearer' })),
    },
    {
      label: vscode.l10n.t('User and password'),
      of: 'auth',
      ask: async () => withAuth(await askUser(settings.auth)),
    },
    {
      label: vscode.l10n.t('Another header'),
      description: vscode.l10n.t('an API key, for example'),
      of: 'header',
      ask: () => askHeader(settings),
    },
    {
      label: vscode.l10n.t('Tenant'),
      description: 'X-Scope-OrgID',
      ask: async () => {
        const tenant = await ask(
          {
            prompt: vscode.l10n.t(
              'Name of the tenant. It is sent in the header {0}, and written into the setting.',
              tenantHeader,
            ),
          },
          settings.headers?.[tenantHeader],
          (text) => isUsable({ headers: { [tenantHeader]: text } }),
        );
        return tenant === undefined
          ? undefined
          : { ...settings, headers: { ...settings.headers, [tenantHeader]: tenant } };
      },
    },
    {
      label: vscode.l10n.t('A program that prints a token'),
      description: 'gcloud auth print-access-token',
      ask: async () => {
        const auth = await askProgram();
        const agreed =
          auth &&
          (await approvals.approveTokenProgram(destinationOf(draft.connection), auth.command));
        return agreed === true ? withAuth(auth) : undefined;
      },
    },
    ...(origin.startsWith('https:') ? [certificate] : []),
  ];
}

/** A header that was given first stays beside what is given after it, as it would the other way round. */
function withWay(settings: SignInSettings, auth: AuthSettings): SignInSettings {
  const { auth: before, secretHeaders = [] } = settings;
  if (before.type !== 'header') return { ...settings, auth };
  return { ...settings, auth, secretHeaders: [before.name, ...secretHeaders] };
}

/** Of Mimir, Loki and Tempo: https://grafana.com/docs/mimir/latest/manage/secure/authentication-and-authorization/ */
const tenantHeader = 'X-Scope-OrgID';

const isUsable = (part: Readonly<Record<string, unknown>>): boolean =>
  'url' in decodeConnection({ kind: '-', url: 'http://a', ...part }, ['-']);

async function ask(
  shown: Pick<vscode.InputBoxOptions, 'prompt' | 'placeHolder'>,
  value: string | undefined,
  isFine: (text: string) => boolean,
): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: connectTitle(),
    ...shown,
    ignoreFocusOut: true,
    ...(value === undefined ? {} : { value }),
    validateInput: (typed) =>
      typed === '' || isFine(typed) ? undefined : vscode.l10n.t('This can’t be used here.'),
  });
  return text === '' ? undefined : text;
}

async function askUser(tried: AuthSettings): Promise<AuthSettings | undefined> {
  const before = tried.type === 'basic' ? tried.user : undefined;
  const user = await ask({ prompt: vscode.l10n.t('User') }, before, (text) =>
    isUsable({ auth: { type: 'basic', user: text } }),
  );
  return user === undefined ? undefined : { type: 'basic', user };
}

/** The first header is how it signs in; with another way before it, and for more of them, it is one besides. */
async function askHeader(settings: SignInSettings): Promise<SignInSettings | undefined> {
  const { auth, secretHeaders = [] } = settings;
  const name = await ask(
    {
      prompt: vscode.l10n.t('Name of the header; its value is asked for next.'),
      placeHolder: 'X-Api-Key',
    },
    undefined,
    (text) => isUsable({ auth: { type: 'header', name: text } }),
  );
  if (name === undefined) return undefined;
  if (auth.type === 'none' || (auth.type === 'header' && auth.name === name))
    return { ...settings, auth: { type: 'header', name } };
  return { ...settings, secretHeaders: [...secretHeaders.filter((one) => one !== name), name] };
}

/** Program and arguments, as words: nothing here is read as a shell would. */
async function askProgram() {
  const words = (text: string): string[] =>
    [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  const text = await ask(
    {
      prompt: vscode.l10n.t(
        'Program and arguments; quotes keep blanks together. It is run without a shell, and what it prints is the token.',
      ),
      placeHolder: 'gcloud auth print-access-token',
    },
    undefined,
    (typed) => isUsable({ auth: { type: 'command', command: words(typed) } }),
  );
  const [program, ...rest] = words(text ?? '');
  return program === undefined
    ? undefined
    : { type: 'command' as const, command: [program, ...rest] as const };
}
