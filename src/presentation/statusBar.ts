import * as vscode from 'vscode';
import { DisposableStore } from '../platform/disposables.ts';
import type { IndexProgress } from '../symbols/contract.ts';
import type { RegisterSurface } from '../platform/surface.ts';
import type { StatusText } from './viewModels/statusText.ts';
import { renderStatus } from './viewModels/statusText.ts';

/** Between two editors there is none for a moment: the item waits that long, so that it doesn't flicker. */
const settleMs = 100;

/** Environment, service of the file in front, running release, health. A click selects another environment, or diagnoses. */
export const registerStatusBar: RegisterSurface = (context) => {
  const owned = new DisposableStore();
  const item = owned.add(
    vscode.window.createStatusBarItem('prodlens.status', vscode.StatusBarAlignment.Left, -10),
  );
  item.name = vscode.l10n.t('Prodlens');
  let shown = '';
  let reading: IndexProgress | undefined;
  let timer: { dispose(): unknown } | undefined;
  const update = (): void => {
    const path = vscode.window.activeTextEditor?.document.uri.fsPath;
    const insights = path === undefined ? [] : (context.insights.peek(path)?.insights ?? []);
    const service = insights.find((insight) => insight.service !== undefined)?.service;
    const environment = context.insights.environment();
    const status = renderStatus({
      ...environment,
      ...(service === undefined ? {} : { service }),
      ...(reading === undefined ? {} : { reading }),
    });
    const key = JSON.stringify(status);
    if (key === shown) return;
    shown = key;
    show(item, status);
  };
  const soon = (): void => {
    timer?.dispose();
    timer = context.clock.after(settleMs, update);
  };
  owned.add(vscode.window.onDidChangeActiveTextEditor(soon));
  owned.add(context.insights.onDidChange(soon));
  owned.add(context.insights.onDidChangeEnvironment(soon));
  owned.add(
    context.onIndexProgress((progress) => {
      reading = progress ?? undefined;
      soon();
    }),
  );
  owned.add({ dispose: () => timer?.dispose() });
  update();
  return vscode.Disposable.from(owned);
};

function show(item: vscode.StatusBarItem, status: StatusText): void {
  item.text = status.text;
  item.command = status.command;
  const action =
    status.command === 'prodlens.diagnose'
      ? vscode.l10n.t('Click to diagnose')
      : vscode.l10n.t('Click to select the environment');
  // Plain text: what telemetry says of itself is no Markdown.
  item.tooltip = [...status.lines, action].join('\n');
  item.accessibilityInformation = {
    label: [status.text.replace(/^\$\([a-z-]+\) /, 'Prodlens '), ...status.lines].join('. '),
    role: 'button',
  };
  item.backgroundColor =
    status.severity === 'normal'
      ? undefined
      : new vscode.ThemeColor(`statusBarItem.${status.severity}Background`);
  item.show();
}
