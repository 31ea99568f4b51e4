import { journalDocument } from '../presentation/viewModels/rollback.ts';
import type { Journal } from '../rollback/journal.ts';

/** `prodlens.showRollbackJournal`: every rollback from this machine, newest first, as a document. */
export const showRollbackJournal =
  (journal: Journal, showDocument: (name: string, text: string) => Promise<void>) =>
  async (): Promise<void> => {
    const { entries, unreadable } = await journal.read();
    await showDocument('Rollback Journal.md', journalDocument(entries, unreadable));
  };
