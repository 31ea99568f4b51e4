/** What the measuring extension is asked for in one window, and what it answers. */
export type HostTask =
  | { readonly kind: 'activation'; readonly prodlensFirst: boolean }
  | {
      readonly kind: 'annotation';
      /** Traffic is sent first, after the receiver's start; else files are opened at once. */
      readonly traffic: boolean;
      /** Waits, before Prodlens starts, until VS Code's own features answer for a file like these. */
      readonly settled: boolean;
      /** Folder of the index's cache, deleted before: nothing is known by its hash. */
      readonly forget?: string;
      readonly files: readonly { readonly file: string; readonly name: string }[];
    }
  | { readonly kind: 'blocking'; readonly prodlens: boolean; readonly file: string };

export type HostResult = Readonly<Record<string, unknown>>;
