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

const PAGE_MS = 3_000;

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
      () => this.seen(),
    );
  }

  /** All of what is shown, as one reads it; for messages of failures. */
  async seen(): Promise<string> {
    if (!(await this.#widget.isVisible())) return 'no quick input';
    const placeholder = (await this.#input.getAttribute('placeholder')) ?? '';
    const text = (await this.#widget.innerText()).trim().replace(/\s*\n\s*/g, ' | ');
    return `${text} (placeholder “${placeholder}”, typed “${await this.#input.inputValue()}”)`;
  }

  async title(): Promise<string> {
    const title = this.#widget.locator('.quick-input-title');
    return (await title.isVisible()) ? (await title.innerText()).trim() : '';
  }

  /** Waits until the prompt or validation message under the input matches and returns it. */
  async waitForMessage(pattern: RegExp): Promise<string> {
    const message = this.#widget.locator('.quick-input-message');
    return waitUntil(
      `a message like ${String(pattern)} under the input`,
      async () => {
        const text = (await message.innerText()).trim();
        return pattern.test(text) ? text : undefined;
      },
      undefined,
      () => this.seen(),
    );
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

  /** Whether it closes in that time. */
  closesWithin(timeoutMs: number): Promise<boolean> {
    return this.#widget.waitFor({ state: 'hidden', timeout: timeoutMs }).then(
      () => true,
      () => false,
    );
  }

  /** All rows, also those below the visible part of the list. Waits for the first one. */
  async items(): Promise<QuickPickRow[]> {
    await this.#rows.first().waitFor();
    const found = new Map<number, QuickPickRow>();
    for await (const page of this.#pages()) for (const [index, row] of page) found.set(index, row);
    await this.#page.keyboard.press('Control+Home');
    return [...found].sort(([a], [b]) => a - b).map(([, row]) => row);
  }

  /** Waits for the row whose label matches (a text: contains it), scrolling to it if need be, and chooses it. */
  async choose(label: string | RegExp): Promise<void> {
    const matches = ({ label: text }: QuickPickRow): boolean =>
      typeof label === 'string' ? text.includes(label) : label.test(text);
    const index = await waitUntil(
      `“${String(label)}” in the list`,
      async () => {
        for await (const page of this.#pages()) {
          const hit = indexOf(page, matches);
          if (hit !== undefined) return hit;
        }
        return undefined;
      },
      undefined,
      () => this.seen(),
    );
    await this.#click(index);
  }

  /** Waits until the row with exactly this label is in view, as after typing it, and chooses it. */
  async acceptExactly(label: string): Promise<void> {
    await waitUntil(
      `“${label}” in the list`,
      async () => {
        const index = indexOf(await this.#visibleRows(), (row) => row.label === label);
        if (index === undefined) return undefined;
        // Results that come late move the row before it is clicked: then it is looked for again.
        return this.#click(index, 5_000).then(
          () => true,
          () => undefined,
        );
      },
      undefined,
      () => this.seen(),
    );
  }

  async #click(index: number, timeout?: number): Promise<void> {
    const row = this.#widget.locator(`.monaco-list-row[data-index="${index}"]`);
    await row.click(timeout === undefined ? {} : { timeout });
  }

  /** The rows in view, then those after each page down until the last. */
  async *#pages(): AsyncGenerator<Map<number, QuickPickRow>> {
    const focused = this.#widget.locator('.quick-input-list .monaco-list-row.focused');
    const last = this.#widget.locator('.monaco-list-row[data-last-element="true"]');
    const focusedIndex = async (): Promise<string | null> =>
      (await focused.count()) > 0 ? focused.first().getAttribute('data-index') : null;
    for (;;) {
      yield await this.#visibleRows();
      if ((await last.count()) > 0 || (await this.#rows.count()) === 0) return;
      const before = await focusedIndex();
      await this.#page.keyboard.press('PageDown');
      // A list that is replaced meanwhile has no next page: whoever asks starts again.
      await waitUntil(
        'the next page of the list',
        async () => (await focusedIndex()) !== before,
        PAGE_MS,
      );
    }
  }

  /** Presses a button of the title bar or of a row by its tooltip. */
  async pressButton(name: string | RegExp): Promise<void> {
    await this.#widget.getByRole('button', { name }).first().click();
  }

  async #visibleRows(): Promise<Map<number, QuickPickRow>> {
    const rows = await this.#rows.evaluateAll((elements) =>
      elements.map((element) => {
        // Rows are reused: what isn't shown belongs to an earlier one.
        const text = (selector: string): string => {
          const part = element.querySelector<HTMLElement>(selector);
          return part !== null && part.offsetParent !== null ? part.innerText.trim() : '';
        };
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

function indexOf(
  rows: ReadonlyMap<number, QuickPickRow>,
  matches: (row: QuickPickRow) => boolean,
): number | undefined {
  return [...rows].find(([, row]) => matches(row))?.[0];
}
