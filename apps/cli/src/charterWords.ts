/** A charter in plain words, printed: the words are the SDK's. */
import type { CharterText } from '@concord/protocol';
import { type Charter, explainCharter } from '@concord/sdk';
import type { Renderer } from './render.ts';

export function showCharter(render: Renderer, charter: Charter, text: CharterText): void {
  const { name, purpose, metric, clauses, chapters } = explainCharter(charter, text);
  render.title(`The charter: ${name}`);
  render.prose(purpose, '  ');
  render.prose(`Judged by: ${metric}`, '  ');
  for (const { id, sentence, enforcedBy } of clauses) {
    render.prose(sentence, `  ${id.padEnd(5)}`);
    render.prose(`enforced by: ${enforcedBy}`, '       ');
  }
  for (const { id, title, sentences } of chapters) {
    render.title(title);
    for (const sentence of sentences) render.prose(sentence, '  – ');
    if (id === 'learned') render.table(columnsOf(text));
  }
}

const columnsOf = ({ schema }: CharterText): string[][] =>
  schema.columns.map(({ name, transform, bound }) => [
    name,
    transform === 'signedLog' ? 'log scale' : 'as it is',
    `cut at ±${bound}`,
  ]);
