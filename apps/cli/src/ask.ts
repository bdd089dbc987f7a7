/** The only place that asks: on a terminal, and nowhere else. Prompts go to stderr, so that stdout stays a document. */
import { readFileSync } from 'node:fs';
import { stderr, stdin } from 'node:process';
import { createInterface } from 'node:readline/promises';
import { SettingError } from './settings/checks.ts';

const onTerminal = (): boolean => stdin.isTTY === true && stderr.isTTY === true;

/** Whether the person types yes; `yes` answers for a program. Throws SettingError where nobody can be asked. */
export async function confirm(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!onTerminal())
    throw new SettingError('--yes', 'nobody is there to be asked: read what is shown, then pass --yes to agree');
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

/** Reads a line without showing it. */
function hidden(prompt: string): Promise<string> {
  // In this order: what is typed as soon as the prompt shows must not show either.
  stdin.setRawMode(true).setEncoding('utf8').resume();
  stderr.write(prompt);
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (act: () => void): void => {
      stdin.removeListener('data', listen);
      stdin.setRawMode(false).pause();
      stderr.write('\n');
      act();
    };
    const listen = (chunk: string): void => {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') end(() => resolve(typed));
        else if (character === '\u0003') end(() => reject(new SettingError('passphrase', 'not given')));
        else typed = character === '\u007f' ? [...typed].slice(0, -1).join('') : typed + character;
      }
    };
    stdin.on('data', listen);
  });
}

/** From a file, else from the terminal, twice where it is new. Never from the command line, which others can read. */
export async function passphrase(file: string | undefined, isNew: boolean): Promise<string> {
  if (file !== undefined) {
    try {
      return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    } catch {
      throw new SettingError('--passphrase-file', `${file} cannot be read: check the path and its permissions`);
    }
  }
  if (!onTerminal())
    throw new SettingError('--passphrase-file', 'need a file with the passphrase where nobody can be asked');
  const first = await hidden('Passphrase: ');
  if (isNew && (await hidden('The same again: ')) !== first)
    throw new SettingError('passphrase', 'the two differ: nothing was written');
  return first;
}

/** All of standard input, for secrets that must not stand on a command line. */
export const piped = (): string => readFileSync(0, 'utf8').trim();
