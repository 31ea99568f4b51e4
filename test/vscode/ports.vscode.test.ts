import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('ports of the receiver in a remote window', () => {
  it('are not forwarded by themselves, beside what VS Code knows of other ports', () => {
    const attributes = vscode.workspace
      .getConfiguration('remote')
      .get<Record<string, { readonly onAutoForward?: string }>>('portsAttributes');
    for (const setting of ['httpPort', 'grpcPort'] as const) {
      const port = vscode.workspace
        .getConfiguration('prodlens.local')
        .inspect(setting)?.defaultValue;
      assert.equal(attributes?.[String(port)]?.onAutoForward, 'ignore', setting);
    }
    assert.ok(attributes?.['443'] !== undefined);
  });
});
