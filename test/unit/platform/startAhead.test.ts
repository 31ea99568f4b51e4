import assert from 'node:assert/strict';
import { startIndexAhead } from '../../../src/platform/startAhead.ts';

describe('the index before the first file is opened', () => {
  let useful: boolean;
  let state: 'idle' | 'running';
  let calls: string[];
  let announce: () => void;

  beforeEach(() => {
    useful = false;
    state = 'idle';
    calls = [];
    announce = () => undefined;
  });

  const start = (): { dispose(): void } =>
    startIndexAhead({
      index: {
        call: (name) => {
          calls.push(name);
          state = 'running';
          return Promise.reject(new Error('not asked for'));
        },
        state: () => ({ state }),
      },
      useful: () => useful,
      onDidChange: (listener) => {
        announce = listener;
        return { dispose: () => (announce = () => undefined) };
      },
    });

  it('isn’t started while no numbers could come', () => {
    start();
    announce();
    assert.deepEqual(calls, []);
  });

  it('is started once, beside the source of numbers', () => {
    start();
    useful = true;
    announce();
    announce();
    assert.deepEqual(calls, ['report']);
  });

  it('isn’t started where it runs already, nor after the end', () => {
    state = 'running';
    useful = true;
    const ahead = start();
    announce();
    ahead.dispose();
    state = 'idle';
    announce();
    assert.deepEqual(calls, []);
  });
});
