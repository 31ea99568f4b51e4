import * as vscode from 'vscode';
import type { PageLink } from '../telemetry/ports.ts';

/** Opens a page in the browser; VS Code asks before it does so the first time. */
export async function openPage({ url }: PageLink): Promise<void> {
  // Its type wants a Uri, which would take a query's escapes apart and put it together as another one. A text is opened as it is.
  await vscode.env.openExternal(url as unknown as vscode.Uri);
}
