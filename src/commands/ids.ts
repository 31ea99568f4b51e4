/** Every command of the product. The registry, the manifest and the command titles are checked against this list. */
export const commandIds = [
  'prodlens.openTraces',
  'prodlens.lookupTrace',
  'prodlens.explain',
  'prodlens.isMyChangeLive',
  'prodlens.chooseOwner',
  'prodlens.showCoverage',
  'prodlens.connect',
  'prodlens.writeRecordingRules',
  'prodlens.selectEnvironment',
  'prodlens.selectWindow',
  'prodlens.refresh',
  'prodlens.startLocalReceiver',
  'prodlens.stopLocalReceiver',
  'prodlens.rollBack',
  'prodlens.showRollbackJournal',
  'prodlens.clearLocalData',
  'prodlens.diagnose',
  'prodlens.showLog',
] as const;
export type CommandId = (typeof commandIds)[number];

/** Commands that a hover may link to. None of them acts without asking again. */
export const linkableCommandIds = [
  'prodlens.openTraces',
  'prodlens.explain',
  'prodlens.isMyChangeLive',
  'prodlens.chooseOwner',
  'prodlens.rollBack',
  'prodlens.refresh',
  'prodlens.startLocalReceiver',
] as const satisfies readonly CommandId[];

export type TraceKind = 'recent' | 'slow' | 'failed';

/** What a link of ours carries: the opaque id of a live insight and, for traces, which ones. */
export interface InsightArgument {
  readonly insight?: string;
  readonly kind?: TraceKind;
}

const opaqueId = /^[0-9a-f]{16}$/;
const traceKinds: readonly unknown[] = ['recent', 'slow', 'failed'];

/**
 * Decodes the argument of a command: an insight's id, or an object with it. Anything else (a menu's Uri, another
 * extension's idea of an argument) is no argument at all.
 */
export function decodeInsightArgument(argument: unknown): InsightArgument {
  if (typeof argument === 'string') return opaqueId.test(argument) ? { insight: argument } : {};
  if (typeof argument !== 'object' || argument === null) return {};
  const { insight, kind } = argument as { readonly insight?: unknown; readonly kind?: unknown };
  return {
    ...(typeof insight === 'string' && opaqueId.test(insight) ? { insight } : {}),
    ...(traceKinds.includes(kind) ? { kind: kind as TraceKind } : {}),
  };
}
