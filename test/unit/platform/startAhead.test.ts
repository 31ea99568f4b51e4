import assert from 'node:assert/strict';
import { startIndexAhead } from '../../../src/platform/startAhead.ts';

describe('the index before the first file is opened', () => {
  let useful: boolean;
  let state: 'idle' | 'running';
  let calls: string[];
  let timers: (() => void)[];
  let announce: () => void;

  beforeEach(() => {
    useful = false;
    state = 'idle';
    calls = [];
    timers = [];
    announce = () => undefined;
  });

  const start = (): { dispose(): void } =>
    startIndexAhead({
      index: {
        call: (name) => {
          calls.push(name);
          return Promise.reject(new Error('not asked for'));
        },
        state: () => ({ state }),
      },
      useful: () => useful,
      onDidChange: (listener) => {
        announce = listener;
        return { dispose: () => (announce = () => undefined) };
      },
      clock: {
        now: () => 0,
        after: (_, run) => {
          timers.push(run);
          return { dispose: () => void timers.splice(timers.indexOf(run), 1) };
        },
      },
    });

  it('isn’t started while no numbers could come', () => {
    start();
    announce();
    assert.deepEqual(timers, []);
  });

  it('is started once, a moment after numbers could come', () => {
    start();
    useful = true;
    announce();
    announce();
    assert.deepEqual(calls, []);
    assert.equal(timers.length, 1);
    timers[0]?.();
    assert.deepEqual(calls, ['report']);
  });

  it('isn’t started where it runs already, or where the source is gone again', () => {
    useful = true;
    start();
    useful = false;
    timers[0]?.();
    useful = true;
    announce();
    state = 'running';
    timers[1]?.();
    assert.deepEqual(calls, []);
  });

  it('isn’t started after the end', () => {
    useful = true;
    start().dispose();
    announce();
    assert.deepEqual(timers, []);
  });
});
