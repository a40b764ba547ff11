/**
 * Where the command line writes, and how wide and colorful it may be.
 * @module
 */

import { visibleLines } from "./control_characters.ts";

/** The streams of the command line. */
export interface Terminal {
  /** The width of a line; `null`: no limit, because a program or a file reads the output. */
  readonly columns: number | null;
  readonly hasColors: boolean;
  /** Whether the output can be replaced, as on a screen. */
  readonly isScreen: boolean;
  /** Writes a line of the result. */
  write(text: string): void;
  /** Writes a line beside the result, such as a hint. */
  note(text: string): void;
  /** Replaces all that the screen shows. */
  show(text: string): void;
  /** Asks a question; `null`: there is no person to ask. */
  confirm(question: string): boolean | null;
}

/** Moves to the top, and clears what is below. */
const CLEAR = "\x1b[H\x1b[J";

/** A screen that tells no width. */
const DEFAULT_COLUMNS = 80;

/** Returns the terminal of this process. */
export function systemTerminal(): Terminal {
  const isScreen = Deno.stdout.isTerminal();
  return {
    get columns() {
      return isScreen ? widthOfScreen() : null;
    },
    hasColors: isScreen && !Deno.noColor,
    isScreen,
    write: (text) => console.log(text),
    note: (text) => console.error(text),
    show: (text) => console.log(CLEAR + text),
    confirm: (question) => Deno.stdin.isTerminal() && isScreen ? confirm(question) : null,
  };
}

function widthOfScreen(): number {
  try {
    return Deno.consoleSize().columns || DEFAULT_COLUMNS;
  } catch {
    return DEFAULT_COLUMNS;
  }
}

/** Returns the same terminal, which no text controls: it gets lines, and colors if it has any. */
export function safeTerminal(terminal: Terminal): Terminal {
  const { hasColors, isScreen } = terminal;
  const safe = (text: string) => visibleLines(text, { hasColors });
  return {
    get columns() {
      return terminal.columns;
    },
    hasColors,
    isScreen,
    write: (text) => terminal.write(safe(text)),
    note: (text) => terminal.note(safe(text)),
    show: (text) => terminal.show(safe(text)),
    confirm: (question) => terminal.confirm(safe(question)),
  };
}
