import type { Locator, Page } from 'playwright-core';

import { waitUntil } from './waiting.ts';

/** One row of a QuickPick. */
export interface QuickPickRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  /** Title of the separator above it, if it is the first of its group. */
  readonly separator: string;
}

/** The QuickPick or InputBox that is shown, and the command palette. */
export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;
  readonly #input: Locator;
  readonly #rows: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#widget = page.locator('.quick-input-widget:visible');
    this.#input = this.#widget.locator('.quick-input-box input');
    this.#rows = this.#widget.locator('.quick-input-list .monaco-list-row');
  }

  get locator(): Locator {
    return this.#widget;
  }

  /** Opens a quick input by its keys and replaces its text. */
  async openWith(keys: string, text: string): Promise<void> {
    await waitUntil(`the quick input of ${keys}`, async () => {
      await this.#page.keyboard.press(keys);
      await this.#input.waitFor({ timeout: 2_000 });
      return true;
    });
    await this.#input.fill(text);
  }

  /** Waits for a QuickPick or InputBox with that title (or placeholder, when it has no title). */
  async waitFor(title: string | RegExp, timeoutMs?: number): Promise<void> {
    const matches = (text: string | null): boolean =>
      text !== null && (typeof title === 'string' ? text.includes(title) : title.test(text));
    await waitUntil(
      `a quick input titled ${String(title)}`,
      async () => {
        if (!(await this.#widget.isVisible())) return false;
        return (
          matches(await this.title()) || matches(await this.#input.getAttribute('placeholder'))
        );
      },
      timeoutMs,
    );
  }

  async title(): Promise<string> {
    const title = this.#widget.locator('.quick-input-title');
    return (await title.isVisible()) ? (await title.innerText()).trim() : '';
  }

  /** Waits until the prompt or validation message under the input matches and returns it. */
  async waitForMessage(pattern: RegExp): Promise<string> {
    const message = this.#widget.locator('.quick-input-message');
    return waitUntil(`a message like ${String(pattern)} under the input`, async () => {
      const text = (await message.innerText()).trim();
      return pattern.test(text) ? text : undefined;
    });
  }

  /** Types into the InputBox (or the filter of the QuickPick), replacing what is there. */
  async fill(text: string): Promise<void> {
    await this.#input.fill(text);
  }

  async accept(): Promise<void> {
    await this.#page.keyboard.press('Enter');
  }

  async cancel(): Promise<void> {
    await this.#page.keyboard.press('Escape');
    await this.#widget.waitFor({ state: 'hidden' });
  }

  async waitUntilClosed(): Promise<void> {
    await this.#widget.waitFor({ state: 'hidden' });
  }

  /** All rows, also those below the visible part of the list. Waits for the first one. */
  async items(): Promise<QuickPickRow[]> {
    await this.#rows.first().waitFor();
    const found = new Map<number, QuickPickRow>();
    const size = Number((await this.#rows.first().getAttribute('aria-setsize')) ?? '0');
    await this.#page.keyboard.press('Control+Home');
    for (;;) {
      const before = found.size;
      for (const [index, row] of await this.#visibleRows()) found.set(index, row);
      if (found.size >= size || found.size === before) break;
      await this.#page.keyboard.press('PageDown');
    }
    return [...found].sort(([a], [b]) => a - b).map(([, row]) => row);
  }

  /** Waits for the row whose label matches and chooses it. Long lists: filter first with `fill`. */
  async choose(label: string | RegExp): Promise<void> {
    const row = this.#rows
      .filter({
        has: this.#page.locator('.quick-input-list-row').first().locator('.label-name', {
          hasText: label,
        }),
      })
      .first();
    await row.click();
  }

  /** Waits for the row with exactly this label and chooses it. */
  async acceptExactly(label: string): Promise<void> {
    const index = await waitUntil(`“${label}” in the list`, async () => {
      const rows = await this.#visibleRows();
      return [...rows].find(([, row]) => row.label === label)?.[0];
    });
    await this.#widget.locator(`.monaco-list-row[data-index="${index}"]`).click();
  }

  /** Presses a button of the title bar or of a row by its tooltip. */
  async pressButton(name: string | RegExp): Promise<void> {
    await this.#widget.getByRole('button', { name }).first().click();
  }

  async #visibleRows(): Promise<Map<number, QuickPickRow>> {
    const rows = await this.#rows.evaluateAll((elements) =>
      elements.map((element) => {
        const text = (selector: string): string =>
          element.querySelector(selector)?.textContent.trim() ?? '';
        const first = '.quick-input-list-rows > .quick-input-list-row:first-child';
        return {
          index: Number(element.getAttribute('data-index')),
          row: {
            label: text(`${first} .label-name`),
            description: text(`${first} .label-description`),
            detail: text('.quick-input-list-label-meta'),
            separator: text('.quick-input-list-separator'),
          },
        };
      }),
    );
    return new Map(rows.map(({ index, row }) => [index, row]));
  }
}
