import type { CommandId } from './ids.ts';
import { commandIds } from './ids.ts';

/** Arguments come from menus, links and other extensions: each command decodes its own. */
export type CommandHandler = (argument: unknown) => unknown;

/** Makes a command's handler. Forgetting a command of the catalogue is a compile error. */
export type CommandFactories = Readonly<Record<CommandId, () => CommandHandler>>;

interface CommandHost {
  register(id: CommandId, handler: CommandHandler): { dispose(): unknown };
  /** A command that can't be made is told; the others are not taken down with it. */
  failed(id: CommandId, error: unknown): void;
}

/** Registers every command of the catalogue, each by itself. */
export function registerCommands(
  host: CommandHost,
  factories: CommandFactories,
): readonly { dispose(): unknown }[] {
  return commandIds.flatMap((id) => {
    try {
      return [host.register(id, factories[id]())];
    } catch (error) {
      host.failed(id, error);
      return [];
    }
  });
}
