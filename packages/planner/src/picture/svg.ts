/** Pieces of a picture as text. What comes from a charter or a price list becomes markup only through `escaped`. */

/** Text that is safe to stand in a document; only `escaped` and `element` make it. */
export type Markup = string & { readonly markup: true };

/** What XML does not allow, what is not seen, and what turns the reading direction. */
const NO_XML = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/gu;

/** Text that stands for itself in XML and HTML, in content and in quoted attributes. */
export const escaped = (text: string): Markup =>
  text.replace(NO_XML, '\ufffd').replace(/[&<>"']/g, (each) => ENTITIES[each] ?? each) as Markup;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

type Attributes = Readonly<Record<string, string | number | undefined>>;

const number = (value: number): string => String(Math.round(value * 100) / 100);

/** An element; numbers are rounded to hundredths, `children` are elements or escaped text. */
export function element(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const said = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? number(value) : escaped(value)}"`],
  );
  const head = `<${name}${said.join('')}`;
  return (children.length === 0 ? `${head}/>` : `${head}>${children.join('')}</${name}>`) as Markup;
}

export type Anchor = 'start' | 'middle' | 'end';

export const label = (
  x: number,
  y: number,
  text: string,
  { anchor = 'start', as = 'label' }: { readonly anchor?: Anchor; readonly as?: string } = {},
): Markup => element('text', { x, y, 'text-anchor': anchor, class: as }, escaped(text));

export const line = (x1: number, y1: number, x2: number, y2: number, as: string): Markup =>
  element('line', { x1, y1, x2, y2, class: as });

/** Our own style sheets hold nothing that would need to be escaped. */
export const styled = (sheet: string): Markup => sheet as Markup;

/** Colors by name, so that a page and a file of its own follow the reader's light or dark. */
export const COLORS = `
:root, svg.plan { --paper:#ffffff; --ink:#1b1f24; --soft:#57606a; --rule:#d8dee4; --band:#eef2f6;
  --t1:#9ec5f4; --t2:#5598e7; --t3:#256abf; --t4:#0d366b; --mark:#b3450c; --draft:#6e5a00; }
@media (prefers-color-scheme: dark) { :root, svg.plan { --paper:#14171b; --ink:#e8eaed; --soft:#a3abb5; --rule:#3a4048; --band:#20252b;
  --t1:#184f95; --t2:#3987e5; --t3:#86b6ef; --t4:#cde2fb; --mark:#ff9a5c; --draft:#e2c541; } }`;

export const SHAPES = `
svg.plan { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; background: var(--paper); color: var(--ink); }
svg.plan text { fill: var(--ink); } svg.plan text.soft { fill: var(--soft); }
svg.plan text.strong { font-weight: 600; } svg.plan text.mark { fill: var(--mark); font-weight: 600; } svg.plan text.draft { fill: var(--draft); font-weight: 600; }
svg.plan text.halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
svg.plan .axis { stroke: var(--soft); } svg.plan .grid { stroke: var(--rule); } svg.plan .bar { stroke: var(--soft); stroke-opacity: .45; }
svg.plan .path { fill: none; stroke: var(--soft); stroke-opacity: .6; }
svg.plan .t1 { fill: var(--t1); } svg.plan .t2 { fill: var(--t2); } svg.plan .t3 { fill: var(--t3); } svg.plan .t4 { fill: var(--t4); }
svg.plan .dot { stroke: var(--paper); stroke-width: 1; }
svg.plan .beyond { fill-opacity: .15; stroke: var(--t2); }
svg.plan .marked { fill: none; stroke: var(--mark); stroke-width: 2.5; } svg.plan .markedbar { stroke: var(--mark); stroke-width: 2; }
svg.plan .drafted { fill: var(--paper); stroke: var(--draft); stroke-width: 2.5; } svg.plan .draftedbar { stroke: var(--draft); stroke-width: 2; }
svg.plan .price { fill: none; stroke: var(--t3); stroke-width: 2; } svg.plan .span { fill: var(--mark); fill-opacity: .18; } svg.plan .limit { stroke: var(--mark); stroke-dasharray: 5 4; }`;

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** In a few words, and in some sentences, for who does not see it. */
  readonly title: string;
  readonly description: string;
  readonly content: readonly Markup[];
}

/** A picture as an element; `id` sets it apart from others of the page. */
export const drawn = ({ width, height, title, description, content }: Picture, id: string, style?: string): Markup =>
  element(
    'svg',
    {
      ...{ xmlns: 'http://www.w3.org/2000/svg', class: 'plan', viewBox: `0 0 ${width} ${height}`, role: 'img' },
      'aria-labelledby': `${id}-title ${id}-desc`,
    },
    element('title', { id: `${id}-title` }, escaped(title)),
    element('desc', { id: `${id}-desc` }, escaped(description)),
    ...(style === undefined ? [] : [element('style', {}, styled(style))]),
    ...content,
  );

/** The same as a file of its own. */
export const svgFile = (picture: Picture): string => `${drawn(picture, 'picture', `${COLORS}${SHAPES}`)}\n`;
