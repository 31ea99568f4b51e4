import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { renderUntrustedLabel } from '../../../src/presentation/viewModels/untrusted.ts';

const folder = path.join(process.env['PRODLENS_ROOT'] ?? process.cwd(), 'src/commands');

describe('text of others in notifications and quick inputs', () => {
  it('opens no command and shows no icon', () => {
    assert.equal(
      renderUntrustedLabel('[Sign in](command:workbench.action.quit) $(check)\n'),
      '[Sign in] (command:workbench.action.quit) $ (check)',
    );
  });

  it('is rendered for that by every command that shows it', () => {
    // `visibleText` leaves links and icons as they are; this one writes with it into the log.
    const known = ['rollBack.ts'];
    const using = readdirSync(folder).filter((name) =>
      readFileSync(path.join(folder, name), 'utf8').includes('visibleText('),
    );
    assert.deepEqual(using, known);
  });
});
