import * as vscode from 'vscode';

/** Work whose progress is shown with a button to cancel it. Undefined as soon as it was cancelled, whatever the work still does. */
export function cancellable<T>(
  title: string,
  work: (cancelled: AbortSignal) => Promise<T>,
): Thenable<T | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_, token) => {
    const controller = new AbortController();
    return new Promise<T | undefined>((resolve, reject) => {
      token.onCancellationRequested(() => {
        controller.abort();
        resolve(undefined);
      });
      work(controller.signal).then(resolve, reject);
    });
  });
}
