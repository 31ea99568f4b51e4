import type { Locator, Page } from 'playwright-core';

import { waitUntil } from './waiting.ts';

/** The modal dialog that is shown. */
export class ModalDialog {
  readonly #box: Locator;

  constructor(page: Page) {
    this.#box = page.locator('.monaco-dialog-box:visible');
  }

  /** Waits for a modal dialog and returns its text as lines are shown. */
  async read(timeoutMs?: number): Promise<{ message: string; detail: string; buttons: string[] }> {
    await this.#box.waitFor(timeoutMs === undefined ? {} : { timeout: timeoutMs });
    const text = async (selector: string): Promise<string> => {
      const part = this.#box.locator(selector).first();
      return (await part.isVisible()) ? (await part.innerText()).trim() : '';
    };
    return {
      message: await text('.dialog-message-text'),
      detail: await text('.dialog-message-detail'),
      buttons: (await this.#box.locator('.dialog-buttons .monaco-button').allInnerTexts()).map(
        (button) => button.trim(),
      ),
    };
  }

  /** Presses the button with that text and waits until the dialog is gone. */
  async press(button: string): Promise<void> {
    await this.#box
      .locator('.dialog-buttons')
      .getByRole('button', { name: button, exact: true })
      .click();
    await this.#box.waitFor({ state: 'hidden' });
  }

  async isShown(): Promise<boolean> {
    return this.#box.isVisible();
  }
}

export interface Notification {
  readonly message: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly buttons: readonly string[];
}

/** The notification toasts. */
export class Notifications {
  readonly #toasts: Locator;

  constructor(page: Page) {
    this.#toasts = page.locator('.notification-toast .notification-list-item');
  }

  /** Those shown now, newest first. */
  async all(): Promise<Notification[]> {
    return this.#toasts.evaluateAll((elements) =>
      elements.map((element) => ({
        message: element.querySelector('.notification-list-item-message')?.textContent.trim() ?? '',
        severity: element.querySelector('.codicon-error')
          ? ('error' as const)
          : element.querySelector('.codicon-warning')
            ? ('warning' as const)
            : ('info' as const),
        buttons: [
          ...element.querySelectorAll('.notification-list-item-buttons-container .monaco-button'),
        ].map((button) => button.textContent.trim()),
      })),
    );
  }

  /** Waits for a notification whose message matches. */
  async waitFor(pattern: RegExp, timeoutMs?: number): Promise<Notification> {
    return waitUntil(
      `a notification like ${String(pattern)}`,
      async () => (await this.all()).find(({ message }) => pattern.test(message)),
      timeoutMs,
      () => this.all(),
    );
  }

  /** Presses a button of the notification whose message matches. */
  async press(message: RegExp, button: string): Promise<void> {
    await this.#toasts
      .filter({ hasText: message })
      .first()
      .getByRole('button', { name: button, exact: true })
      .click();
  }
}
