import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('Prodlens', () => {
  it('activates and gives its interface to other extensions', async () => {
    const extension = vscode.extensions.getExtension<{ version: number }>('prodlens.prodlens');
    assert.ok(extension);
    const api = await extension.activate();
    assert.equal(api.version, 1);
  });
});
