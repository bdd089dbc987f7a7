/** What every verb has beside its work: help that teaches, options that are refused if unknown, errors without a stack. */
import { stripVTControlCharacters } from 'node:util';
import { type ArgsDef, type CommandDef, renderUsage } from 'citty';
import { BaseError } from 'viem';
import { complain, createRenderer } from './render.ts';

/** One line to try, and what comes after it. */
export interface Lesson {
  readonly example: string;
  readonly next: string;
}

type Verb = CommandDef<ArgsDef>;

/** A verb and what its help teaches beside its options. */
export const verb = <T extends ArgsDef>(
  lesson: Lesson,
  command: CommandDef<T>,
): CommandDef<T> & { readonly lesson: Lesson } => Object.assign(command, { lesson });

const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Options and words on the command line that the verb does not know, or that lack their value; a mistyped option must not be a silent default. */
export function unknownOptions(raw: readonly string[], args: ArgsDef): string[] {
  const known = new Set(
    Object.entries(args).flatMap(([name, { type }]) => (type === 'positional' ? [] : [name, camel(name)])),
  );
  const takesValue = (name: string): boolean =>
    Object.entries(args).some(([each, { type }]) => (each === name || camel(each) === name) && type !== 'boolean');
  let places = Object.values(args).filter(({ type }) => type === 'positional').length;
  const unknown: string[] = [];
  for (let i = 0; i < raw.length; i++) {
    const word = raw[i]!;
    if (!word.startsWith('-') || word === '-') {
      if (places-- <= 0) unknown.push(word);
      continue;
    }
    const [name = '', value] = word.replace(/^--?/, '').split('=', 2);
    const plain = name.replace(/^no-/, '');
    if (!known.has(name) && !(args[plain]?.type === 'boolean')) unknown.push(word);
    else if (value === undefined && takesValue(name)) {
      // citty would take the next option for the value.
      const next = raw[i + 1];
      if (next === undefined || next.startsWith('--')) unknown.push(`${word} without a value`);
      else i++;
    }
  }
  return unknown;
}

/** One line that says what to do next; viem's own messages carry whole requests. */
export function reasonOf(error: unknown): string {
  if (error instanceof BaseError)
    return `the chain’s node: ${error.shortMessage} Check it, then try again (CONCORD_DEBUG=1 shows more).`;
  return error instanceof Error ? error.message : String(error);
}

/** The same verb, and all below it, with unknown options refused and errors told in a line. */
export function strictly(name: string, command: Verb): Verb {
  const { run, subCommands, args = {} } = command;
  const below = Object.entries((subCommands ?? {}) as Readonly<Record<string, Verb>>);
  return {
    ...command,
    ...(below.length > 0 && {
      subCommands: Object.fromEntries(below.map(([each, sub]) => [each, strictly(`${name} ${each}`, sub)])),
    }),
    ...(run && {
      run: async (context) => {
        try {
          const unknown = unknownOptions(context.rawArgs, args as ArgsDef);
          if (unknown.length > 0) throw new Error(`${unknown.join(' ')}: not known to ${name}; see ${name} --help`);
          await run(context);
        } catch (error) {
          if (process.env['CONCORD_DEBUG'] !== undefined) throw error;
          complain(reasonOf(error));
          process.exitCode = 1;
        }
      },
    }),
  };
}

/** citty's usage, then the lesson. */
export async function showUsage<T extends ArgsDef>(command: CommandDef<T>, parent?: CommandDef<T>): Promise<void> {
  const render = createRenderer({ json: false });
  const usage = await renderUsage(command, parent);
  render.line(stripVTControlCharacters(usage));
  const { lesson } = command as { readonly lesson?: Lesson };
  if (lesson === undefined) return;
  render.title('EXAMPLE');
  render.line(`  ${lesson.example}`);
  render.title('NEXT');
  render.prose(lesson.next, '  ');
}
