import { untrack } from 'svelte';
import { keyboard } from './keyboard.svelte';

/** Something that can be done now, by its words. */
export interface Command {
  /** What stands in the list, and what is searched. */
  label: string;
  /** What stands beside it, searched as well. */
  detail?: string;
  /** Its own key, where it has one. */
  key?: string;
  act: () => void;
}

/** More than this nobody reads while somebody waits on the line. */
export const COMMANDS_SHOWN_MAX = 9;

function words(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}+]+/u)
    .filter(Boolean);
}

/** How well a command answers to what was typed; null when it does not. Lower is better. */
function distance(command: Command, typed: readonly string[]): number | null {
  const label = words(command.label);
  const all = [...label, ...words(`${command.detail ?? ''} ${command.key ?? ''}`)];
  let sum = 0;
  for (const part of typed) {
    const place = all.findIndex((one) => one.startsWith(part));
    // The end of a number is what people say: "nomor seratus dua puluh tiga".
    const inside = place < 0 && part.length > 1 && all.some((one) => one.includes(part));
    if (place < 0 && !inside) return null;
    sum += place < 0 ? 50 : Math.min(place, 40);
    if (place >= 0 && all[place] !== part) sum += 1;
  }
  return sum * 100 + label.length;
}

/** What was meant, the likeliest first; everything in its order while nothing is typed. */
export function find(commands: readonly Command[], typed: string): Command[] {
  const parts = words(typed);
  if (parts.length === 0) return commands.slice(0, COMMANDS_SHOWN_MAX);
  return commands
    .map((command) => ({ command, at: distance(command, parts) }))
    .filter((one): one is { command: Command; at: number } => one.at !== null)
    .sort((one, other) => one.at - other.at)
    .slice(0, COMMANDS_SHOWN_MAX)
    .map((one) => one.command);
}

/** What the command line offers: every key that works now, and what the open screen adds to them. */
class Commands {
  #sources = $state.raw<readonly (() => Command[])[]>([]);

  /** Adds commands for as long as a component lives; asked anew each time the line is opened. */
  use(source: () => Command[]): () => void {
    untrack(() => (this.#sources = [...this.#sources, source]));
    return () => untrack(() => (this.#sources = this.#sources.filter((one) => one !== source)));
  }

  get all(): Command[] {
    const possible = keyboard.groups.flat().filter((one) => one.possible === undefined || one.possible());
    const keys = possible.map((one) => ({ label: one.says(), key: one.key, act: one.act }));
    const once = new Map(keys.map((one) => [`${one.key} ${one.label}`, one]));
    return [...once.values(), ...this.#sources.flatMap((source) => source())];
  }
}

export const commands = new Commands();
