import assert from 'node:assert/strict';
import { githubHostOf, isRefusal } from '../../../src/platform/githubHost.ts';

describe('where somebody signs in to GitHub', () => {
  const own = 'https://git.acme.example';
  it('is GitHub, or the server of the person’s own settings', () => {
    assert.equal(githubHostOf('github.com', {})?.provider, 'github');
    const host = 'git.acme.example';
    assert.deepEqual(githubHostOf(host, { globalValue: own, effective: own }), {
      api: 'https://git.acme.example/api/v3',
      provider: 'github-enterprise',
    });
    assert.equal(githubHostOf('evil.example', { globalValue: own, effective: own }), undefined);
    assert.equal(githubHostOf(host, {}), undefined);
  });

  it('is nowhere that a workspace says', () => {
    const evil = 'https://evil.example';
    for (const setting of [
      { globalValue: own, effective: evil },
      { globalValue: own, effective: own, workspaceValue: own },
      { globalValue: own, effective: own, workspaceFolderValue: evil },
      { effective: evil, workspaceValue: evil },
    ])
      for (const host of ['git.acme.example', 'evil.example'])
        assert.equal(githubHostOf(host, setting), undefined, JSON.stringify(setting));
  });

  it('ends without a word only when the person would not', () => {
    const canceled = Object.assign(new Error('x'), { name: 'Canceled' });
    for (const text of ['User did not consent to login.', 'Cancelled', 'User Cancelled'])
      assert.ok(isRefusal(new Error(text)), text);
    assert.ok(isRefusal(canceled));
    for (const text of ['Timed out waiting for authentication provider to register', 'ENOTFOUND'])
      assert.equal(isRefusal(new Error(text)), false, text);
  });
});
