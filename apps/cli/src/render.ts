/** The only place that prints. Prose and progress go to stderr when a machine reads stdout, else to stdout. */
import { stderr, stdout } from 'node:process';

export { bytesText, thousands, timeOf } from '@concord/sdk';

const useColor = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';

export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'bad' | 'warn';
const CODES: Readonly<Record<Tone, string>> = { plain: '', strong: '1', faint: '2', good: '32', bad: '31', warn: '33' };

export interface Renderer {
  line(text?: string, tone?: Tone): void;
  title(text: string): void;
  /** Rewrites one status line on a terminal; prints nothing elsewhere. */
  status(text: string): void;
  /** Columns are padded to their widest cell; the first is left-aligned, the others right-aligned. */
  table(rows: readonly (readonly string[])[], tones?: readonly Tone[]): void;
  /** Wraps prose to the terminal with a hanging indent. */
  prose(text: string, indent: string): void;
  paint(text: string, tone: Tone): string;
  /** The machine's document, alone on stdout. */
  document(value: unknown): void;
}

/** Width of a cell as a terminal shows it: code points, without the color codes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: color codes begin with the escape character
const width = (text: string): number => [...text.replace(/\u001b\[\d*m/g, '')].length;

/** Whoever reads along may stop reading (`| head`): then there is nobody left to tell. */
stdout.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

/**
 * Text as it is safe to show: charters and endpoints are written by others, who must not be able to move the cursor, hide
 * a clause or turn its reading direction. Our own color codes stay; everything else that controls becomes visible.
 */
export const harmless = (text: string): string =>
  text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
    /(\u001b\[(?:[012]|3[123])m)|(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (_, ours: string | undefined) => ours ?? '\ufffd',
  );

export function createRenderer({ json }: { readonly json: boolean }): Renderer {
  const out = json ? stderr : stdout;
  const color = useColor(out);
  const paint = (text: string, tone: Tone): string =>
    color && CODES[tone] !== '' ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text;
  let pending = false;
  const clear = (): void => {
    if (pending) out.write('\r\u001b[2K');
    pending = false;
  };
  const line = (text = '', tone: Tone = 'plain'): void => {
    clear();
    out.write(`${paint(harmless(text), tone)}\n`);
  };
  return {
    line,
    paint,
    title: (text) => {
      line();
      line(text.replaceAll('\n', ' '), 'strong');
    },
    status: (text) => {
      if (!color) return;
      clear();
      out.write([...text].slice(0, Math.max(20, (out.columns || 100) - 1)).join(''));
      pending = true;
    },
    table: (cells, tones = []) => {
      const rows = cells.map((row) => row.map((cell) => cell.replaceAll('\n', ' ')));
      const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
      rows.forEach((row, i) => {
        const padded = row.map((cell, column) => {
          const fill = ' '.repeat((widths[column] ?? 0) - width(cell));
          return column === 0 ? cell + fill : fill + cell;
        });
        line(`  ${padded.join('   ')}`, tones[i] ?? 'plain');
      });
    },
    prose: (text, indent) => {
      // A terminal may say that it has no columns.
      const columns = Math.min(110, out.columns || 100);
      const hang = ' '.repeat(width(indent));
      let current = indent;
      for (const word of text.split(/\s+/)) {
        if (width(current) + width(word) + 1 > columns && current.trim() !== '') {
          line(current);
          current = hang;
        }
        current += (current === indent || current === hang ? '' : ' ') + word;
      }
      line(current);
    },
    document: (value) => {
      clear();
      stdout.write(`${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? each.toString() : each), 2)}\n`);
    },
  };
}

/** Why a verb did nothing, on stderr. */
export function complain(message: string): void {
  const color = useColor(stderr);
  stderr.write(`${color ? `\u001b[${CODES.bad}m` : ''}${harmless(message)}${color ? '\u001b[0m' : ''}\n`);
}

/** 0.8123 → “.812”, as tables of scores are read. */
export const score = (value: number): string => (value >= 0.9995 ? '1.000' : value.toFixed(3).replace(/^0/, ''));
