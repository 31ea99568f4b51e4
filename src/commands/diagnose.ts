import * as vscode from 'vscode';
import { settingIds } from '../config/catalogue.ts';
import type { Settings } from '../config/settings.ts';
import type { InsightService } from '../insights/contract.ts';
import type { Environments } from '../platform/environments.ts';
import type { LocalReceiver } from '../platform/localReceiver.ts';
import { redact, redactData } from '../platform/redact.ts';
import type { SupervisedRemote } from '../platform/workerHost.ts';
import type { IndexContract } from '../symbols/contract.ts';
import type { ReceiverContract } from '../telemetry/local/contract.ts';

export interface DiagnoseContext {
  readonly version: string;
  readonly settings: Settings;
  readonly insights: InsightService;
  readonly environments: Environments;
  readonly backends: { reports(): readonly Readonly<Record<string, unknown>>[] };
  readonly receiver: LocalReceiver;
  readonly receiverThread: SupervisedRemote<ReceiverContract>;
  readonly indexThread: SupervisedRemote<IndexContract>;
  readonly showDocument: (name: string, text: string) => Promise<void>;
}

/** `prodlens.diagnose`: a report to paste into an issue; secrets removed. */
export const diagnose = (context: DiagnoseContext) => async (): Promise<void> => {
  const { receiverThread, indexThread, environments } = context;
  const sections: (readonly [string, unknown])[] = [
    [
      'Versions',
      {
        prodlens: context.version,
        vscode: vscode.version,
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        remote: vscode.env.remoteName ?? 'no',
        trusted: vscode.workspace.isTrusted,
        folders: vscode.workspace.workspaceFolders?.length ?? 0,
      },
    ],
    ['Environment', context.insights.environment()],
    ['Backends', context.backends.reports()],
    ['Problems of settings', environments.problems()],
    ['Settings', Object.fromEntries(settingIds.map((id) => [id, context.settings.get(id)]))],
    [
      'Index',
      await orFailure(async () => ({
        thread: indexThread.state(),
        restarts: indexThread.restarts(),
        ...(await indexThread.call('report', undefined)),
        unowned: (await indexThread.call('unowned', { limit: 30 })).map(
          ({ attribution }) => `${attribution.telemetry}: ${attribution.kind}`,
        ),
      })),
    ],
    [
      'Local receiver',
      await orFailure(async () => ({
        thread: receiverThread.state(),
        restarts: receiverThread.restarts(),
        ...(receiverThread.state().state === 'running'
          ? await receiverThread.call('report', undefined)
          : { status: context.receiver.status }),
      })),
    ],
  ];
  const text = sections
    .map(
      ([title, value]) =>
        `## ${title}\n\n\`\`\`json\n${JSON.stringify(redactData(value), null, 2).replaceAll('```', "'''")}\n\`\`\`\n`,
    )
    .join('\n');
  await context.showDocument('Prodlens Diagnosis.md', `# Prodlens diagnosis\n\n${text}`);
};

async function orFailure(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    return { failure: redact(error instanceof Error ? error.message : String(error)) };
  }
}
